// Which language the widget speaks; shared by the loader, so it holds no texts.

/** The languages that have a file in locales/, and what may follow them in a tag. */
const KNOWN = /^(en|de|sv|es|fr|ar|he)(-[a-z\d]+)*$/i;

/** The first wanted tag whose language we have; its region is kept for dates and numbers. */
export function chooseLocale(wanted: readonly (string | null | undefined)[]): string {
  const tags = wanted.map((tag) => tag?.trim().replace(/_/g, "-"));
  return tags.find((tag) => tag && KNOWN.test(tag)) ?? "en";
}

export function languageOf(locale: string): string {
  return locale.slice(0, 2).toLowerCase();
}

export function directionOf(locale: string): "ltr" | "rtl" {
  return /ar|he/.test(languageOf(locale)) ? "rtl" : "ltr";
}
