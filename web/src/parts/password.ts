// How short a password may be; the desk refuses shorter ones.
export const PASSWORD_LENGTH_MIN = 10;
