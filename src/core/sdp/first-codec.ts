// The codec that an answer settles on, for the record: the first format of its first audio line (RFC 3264 6.1: the
// answerer puts first what it prefers to send). Nothing else of a description is read, and nothing is kept of it.

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

/** Name of the first audio format of `description`; '' when it has no audio, or names it nowhere. */
export function firstCodec(description: string): string {
  const media = description.startsWith('m=audio ') ? 0 : description.indexOf('\nm=audio ') + 1;
  if (media === 0 && !description.startsWith('m=audio ')) return '';
  // m=audio 30000 RTP/AVP 8 0 101: the format stands fourth.
  const format = /^m=audio \d+(?:\/\d+)? \S+ (\S+)/.exec(lineAt(description, media))?.[1];
  if (format === undefined) return '';
  const map = `\na=rtpmap:${format} `;
  const at = description.indexOf(map, media);
  if (at < 0) return STATIC_NAMES.get(format) ?? '';
  const name = lineAt(description, at + map.length).split('/', 1)[0] ?? '';
  return name.trim().slice(0, NAME_CHARACTERS_MAX);
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}
