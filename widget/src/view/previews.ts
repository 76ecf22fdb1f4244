// Pictures and files of the conversation as blob addresses, fetched with the customer's token.
import { IMAGE_PREVIEWS_MAX } from "../limits";
import type { FileRef } from "../types";

export interface Previews {
  canShow(file: FileRef): boolean;
  /** An address for an image element. */
  address(file: FileRef): Promise<string>;
  /** What was just uploaded need not be fetched again. */
  keep(file: FileRef, content: Blob): void;
  save(file: FileRef): Promise<void>;
  drop(): void;
}

/** Pictures that browsers draw and that hold no script; SVG is a file like others. */
const DRAWABLE = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

export function createPreviews(download: (file: FileRef) => Promise<Blob>): Previews {
  const addresses = new Map<string, Promise<string>>();

  const put = (id: string, address: Promise<string>) => {
    addresses.set(id, address);
    address.catch(() => addresses.delete(id));
    const oldest = addresses.keys().next().value;
    if (addresses.size > IMAGE_PREVIEWS_MAX && oldest !== undefined) forget(oldest);
    return address;
  };

  const forget = (id: string) => {
    void addresses.get(id)?.then(
      (address) => URL.revokeObjectURL(address),
      () => undefined,
    );
    addresses.delete(id);
  };

  return {
    canShow: (file) => DRAWABLE.includes(file.content_type),
    address: (file) =>
      addresses.get(file.id) ??
      put(
        file.id,
        download(file).then((blob) => drawn(blob, file)),
      ),
    keep(file, content) {
      if (this.canShow(file)) void put(file.id, Promise.resolve(drawn(content, file)));
    },
    async save(file) {
      // A blob has the host page's origin: it is only ever saved, never opened as a page.
      const address = URL.createObjectURL(new Blob([await download(file)]));
      const link = document.createElement("a");
      link.href = address;
      link.download = file.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    },
    drop: () => [...addresses.keys()].forEach(forget),
  };
}

function drawn(content: Blob, file: FileRef): string {
  return URL.createObjectURL(new Blob([content], { type: file.content_type }));
}
