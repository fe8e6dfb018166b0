// What a record keeps of the audio line of a description (RFC 4566): the codec that an answer settles on, and where its
// writer wants the packets. Nothing else of a description is read. Of several audio lines, as for RTP with encryption
// and without, the first counts that is not declined.

/** Formats that need no rtpmap line (RFC 3551 6). */
const STATIC_NAMES: ReadonlyMap<string, string> = new Map([
  ['0', 'PCMU'],
  ['3', 'GSM'],
  ['4', 'G723'],
  ['8', 'PCMA'],
  ['9', 'G722'],
  ['15', 'G728'],
  ['18', 'G729'],
]);

/** Characters of a name that are kept; names in use have up to ten. */
const NAME_CHARACTERS_MAX = 16;

/**
 * Name of the first audio format of `description`, which is what an answerer prefers to send (RFC 3264 6.1); '' when it
 * has no audio, or names it nowhere.
 */
export function firstCodec(description: string): string {
  const media = startOfAudio(description);
  if (media < 0) return '';
  // m=audio 30000 RTP/AVP 8 0 101: the format stands fourth.
  const format = /^m=audio \d+(?:\/\d+)? \S+ (\S+)/.exec(lineAt(description, media))?.[1];
  if (format === undefined) return '';
  const map = `\na=rtpmap:${format} `;
  const at = description.indexOf(map, media);
  if (at < 0 || at >= endOfMedia(description, media)) return STATIC_NAMES.get(format) ?? '';
  const name = lineAt(description, at + map.length).split('/', 1)[0] ?? '';
  return name.trim().slice(0, NAME_CHARACTERS_MAX);
}

/**
 * address:port at which the writer of `description` wants the first audio stream; the address is its own, else that of
 * the whole session (RFC 4566 5.7). '' when there is no audio, or none is wanted (port 0).
 */
export function audioAddress(description: string): string {
  const media = startOfAudio(description);
  if (media < 0) return '';
  const port = /^m=audio ([1-9]\d{0,4})[ /]/.exec(lineAt(description, media))?.[1];
  if (port === undefined) return '';
  const own = hostIn(description.slice(media, endOfMedia(description, media)));
  const host = own === '' ? hostIn(description.slice(0, startOf('m=', description))) : own;
  return host === '' ? '' : `${host}:${port}`;
}

/** The host in the connection line of `section`, an address in IPv6 in brackets; '' when it has none that is read. */
function hostIn(section: string): string {
  const at = startOf('c=IN IP', section);
  if (at < 0) return '';
  const [, version, address] = /^c=IN IP([46]) ([^\s/]{1,255})(?=[\s/]|$)/.exec(lineAt(section, at)) ?? [];
  if (address === undefined) return '';
  return version === '6' ? `[${address}]` : address;
}

/** Where the audio line stands; -1 when there is none. Port 0 declines it (RFC 3264 6). */
function startOfAudio(description: string): number {
  const first = startOf('m=audio ', description);
  let at = first;
  while (at >= 0 && description.startsWith('m=audio 0 ', at)) at = startOf('m=audio ', description, at + 1);
  return at < 0 ? first : at;
}

function endOfMedia(description: string, media: number): number {
  const next = description.indexOf('\nm=', media);
  return next < 0 ? description.length : next;
}

/** Where the first line of `description` stands, from `from` on, that begins with `word`; -1 when there is none. */
function startOf(word: string, description: string, from = 0): number {
  if (description.startsWith(word, from)) return from;
  const at = description.indexOf(`\n${word}`, from);
  return at < 0 ? -1 : at + 1;
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}
