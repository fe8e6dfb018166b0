// Request methods: RFC 3261 7.1 and the extensions 3262, 3311, 3428, 3515, 3903, 6086, 6665. A method is case-sensitive
// text; the known ones are returned as one and the same constant, so that keeping one never keeps a datagram alive.

const THREE: readonly string[] = ['BYE', 'ACK'];
const FOUR: readonly string[] = ['INFO'];
const FIVE: readonly string[] = ['PRACK', 'REFER'];
const SIX: readonly string[] = ['INVITE', 'CANCEL', 'UPDATE', 'NOTIFY'];
const SEVEN: readonly string[] = ['OPTIONS', 'MESSAGE', 'PUBLISH'];
const REST: readonly string[] = ['REGISTER', 'SUBSCRIBE'];

/** The method in text[start, end), which must be a token: a shared constant when known, else a slice of the text. */
export function methodAt(text: string, start: number, end: number): string {
  const known = methodsOfLength(end - start);
  for (let i = 0; i < known.length; i++) {
    const method = known[i]!;
    if (method.length === end - start && text.startsWith(method, start)) return method;
  }
  return text.slice(start, end);
}

function methodsOfLength(length: number): readonly string[] {
  switch (length) {
    case 3:
      return THREE;
    case 4:
      return FOUR;
    case 5:
      return FIVE;
    case 6:
      return SIX;
    case 7:
      return SEVEN;
    default:
      return REST;
  }
}
