// Telephone numbers as text: RFC 3966.

/** Digits of a switch, which a to s are too, and separators between them (RFC 3966 3); one is a digit to everybody. */
const TELEPHONE_NUMBER = /^[+*#a-s().-]*\d[+*#\da-s().-]*$/i;

/** A number without visual separators: they mean nothing (RFC 3966 5.1.1). Few numbers have any. */
export function withoutSeparators(user: string): string {
  return /[().-]/.test(user) && TELEPHONE_NUMBER.test(user) ? user.replace(/[().-]/g, '') : user;
}
