// Every bound of the widget in one place, so that overload fails early and visibly.

export const MESSAGE_CHARACTERS_MAX = 4_000;
/** The counter appears when this many characters are left. */
export const MESSAGE_CHARACTERS_WARN = 400;
export const COMMENT_CHARACTERS_MAX = 1_000;
export const COMPOSER_LINES_MAX = 5;

export const FILE_BYTES_MAX = 10_000_000;
export const FILES_PER_MESSAGE_MAX = 5;

/** More unsent messages than this are refused: something is wrong, and storage is small. */
export const OUTBOX_ENTRIES_MAX = 50;

export const REQUEST_MS_MAX = 20_000;
export const UPLOAD_MS_MAX = 180_000;

export const RETRY_MS_FIRST = 1_000;
export const RETRY_MS_MAX = 30_000;

/** The desk sends a beat every 15 s; two missed beats and some slack mean a dead line. */
export const STREAM_SILENCE_MS_MAX = 35_000;
/** A hidden page keeps its stream this long, so that a glance at another tab costs nothing. */
export const HIDDEN_STREAM_MS_MAX = 60_000;
/** A longer line than this is no event of ours; the stream is dropped instead of the memory. */
export const STREAM_LINE_CHARACTERS_MAX = 4_000_000;

export const TYPING_SENT_MS_MIN = 3_000;
export const TYPING_SHOWN_MS = 5_000;
export const PLACE_POLL_MS = 15_000;
export const UNREAD_POLL_MS = 60_000;
/** A short break is not worth a banner. */
export const LOST_SHOWN_MS = 4_000;

export const IMAGE_PREVIEWS_MAX = 40;
