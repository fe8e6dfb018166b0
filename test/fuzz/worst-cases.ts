// Texts that make a careless reader go over the same characters again and again. Each is made to any length.

const HEAD = 'INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1;rport\r\n';
const DIALOG = 'From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n';

type Maker = (length: number) => string;

// A header whose value repeats one piece.
function inHeader(name: string, piece: string): Maker {
  return (length) => `${HEAD}${DIALOG}${name}: ${repeated(piece, length)}\r\n\r\n`;
}

// The dialog headers with the end of one of them replaced by repetitions of one piece.
function after(start: string, piece: string): Maker {
  return (length) => `${HEAD}${DIALOG}\r\n`.replace(new RegExp(`${start}.*`), `${start}${repeated(piece, length)}`);
}

function repeated(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length));
}

/** By name: what makes the text of about that many characters. */
export const WORST_CASES: Readonly<Record<string, Maker>> = {
  'commas in a list': inHeader('Contact', ','),
  'commas in a Via': inHeader('Via', 'SIP/2.0/UDP h,'),
  'semicolons in a Via': inHeader('Via', ';'),
  'parameters in a Via': inHeader('Via', 'SIP/2.0/UDP h;a=b;'),
  'semicolons in From': after('From: <sip:a@b>', ';'),
  'parameters in From': after('From: <sip:a@b>', ';a'),
  'open brackets in a route': inHeader('Route', '<'),
  routes: inHeader('Route', '<sip:a@b;lr>,'),
  'open quotes': inHeader('Contact', '"'),
  'backslashes in quotes': (length) => `${HEAD}${DIALOG}\r\n`.replace('To: ', `To: "${repeated('\\', length)}`),
  folds: inHeader('Subject', '\r\n '),
  'folds in From': after('From: <sip:a@b>', '\r\n '),
  'folds in a Via': inHeader('Via', ' \r\n\t'),
  blanks: inHeader('Subject', ' '),
  'blanks before a colon': (length) => `${HEAD}${DIALOG}Subject${repeated(' ', length)}:\r\n\r\n`,
  'bare CRs': inHeader('Subject', '\r'),
  'bare LFs': inHeader('Subject', '\n'),
  'bare LFs as line ends': (length) => repeated(`${HEAD}${DIALOG}`.replaceAll('\r', ''), length),
  'empty lines first': (length) => `${repeated('\r\n', length)}${HEAD}${DIALOG}\r\n`,
  'empty lines only': (length) => repeated('\r\n', length),
  'NULs only': (length) => repeated('\0', length),
  'broken lines': (length) => `${HEAD}${repeated('x\r\n', length)}${DIALOG}\r\n`,
  'folds without a header': (length) => `${HEAD.slice(0, 36)}${repeated(' \r\n', length)}`,
  'header lines': (length) => `${HEAD}${DIALOG}${repeated('a:\r\n', length)}\r\n`,
  'colons in the Request-URI': (length) => `${HEAD}${DIALOG}\r\n`.replace('bob@', repeated(':', length)),
  'parameters in the Request-URI': (length) =>
    `${HEAD}${DIALOG}\r\n`.replace('example.com', `example.com${repeated(';a', length)}`),
  'escapes in From': (length) => `${HEAD}${DIALOG}\r\n`.replace('<sip:a@', `<sip:${repeated('%41', length)}@`),
  'zeros in CSeq': after('CSeq: ', '0'),
  'digits in Content-Length': inHeader('Content-Length', '9'),
  'a name without end': (length) => `${HEAD}${DIALOG}${repeated('a', length)}`,
};
