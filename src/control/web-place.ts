// A URL of an operator as `fetch` takes it. A user and a password in it become a header: `fetch` refuses them in a URL,
// and what it throws then names them, for every log to keep.

/** Where to ask, and the Authorization that goes with it; '' for none. */
export interface WebPlace {
  readonly url: URL;
  readonly authorization: string;
}

/** The place of `text`, a URL. */
export function webPlace(text: string): WebPlace {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url, authorization: '' };
  url.username = '';
  url.password = '';
  const bytes = Buffer.from(`${plain(username)}:${plain(password)}`);
  return { url, authorization: `Basic ${bytes.toString('base64')}` };
}

/** Without the escapes of URLs; one that is none stays. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
