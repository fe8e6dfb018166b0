// How the peers read SIP: by themselves, so that a fault of the switch's own parser and printer does not hide itself.
// They are strict: what the switch sends must be well formed.

import assert from 'node:assert/strict';

/** A message that the switch sent. */
export class PeerMessage {
  readonly text: string;
  /** Of a request; of a response, its CSeq's. */
  readonly method: string;
  readonly uri: string;
  /** 0 in a request. */
  readonly status: number;
  callId = '';
  cseq = -1;
  /** All Via lines, each with its CRLF. */
  vias = '';
  branch = '';
  /** Values of From and To, and their tags. */
  from = '';
  to = '';
  fromTag = '';
  toTag = '';
  /** URI of Contact; '' when absent. */
  contact = '';
  contentType = '';
  readonly body: string;

  constructor(text: string) {
    this.text = text;
    const headEnd = text.indexOf('\r\n\r\n');
    assert.ok(headEnd > 0, 'a message has an empty line');
    const lines = text.slice(0, headEnd).split('\r\n');
    const [first = '', ...headers] = lines;
    this.body = text.slice(headEnd + 4);
    let cseqMethod = '';
    let length = -1;
    for (const line of headers) {
      const colon = line.indexOf(': ');
      assert.ok(colon > 0 || line.endsWith(':'), `a header line has a name and a value: ${line}`);
      const value = line.slice(colon + 2);
      switch (line.slice(0, colon)) {
        case 'Via':
          if (this.branch === '') this.branch = paramOf(value, 'branch');
          this.vias += `${line}\r\n`;
          break;
        case 'From':
          this.from = value;
          this.fromTag = paramOf(value, 'tag');
          break;
        case 'To':
          this.to = value;
          this.toTag = paramOf(value, 'tag');
          break;
        case 'Call-ID':
          this.callId = value;
          break;
        case 'CSeq':
          this.cseq = Number.parseInt(value, 10);
          cseqMethod = value.slice(value.indexOf(' ') + 1);
          break;
        case 'Contact':
          this.contact = value.slice(value.indexOf('<') + 1, value.indexOf('>'));
          break;
        case 'Content-Type':
          this.contentType = value;
          break;
        case 'Content-Length':
          length = Number(value);
          break;
        default:
          break;
      }
    }
    const isResponse = first.startsWith('SIP/2.0 ');
    const [head = '', middle = ''] = first.split(' ');
    this.status = isResponse ? Number(middle) : 0;
    this.method = isResponse ? cseqMethod : head;
    this.uri = isResponse ? '' : middle;
    assert.equal(this.method, cseqMethod, 'the method stands in the CSeq');
    assert.equal(length, this.body.length, 'Content-Length is the length of the body');
    assert.ok(
      this.callId !== '' && this.from !== '' && this.to !== '' && this.vias !== '',
      'nothing mandatory is missing',
    );
    assert.ok(this.body === '' || this.contentType !== '', 'a body has a type');
  }

  get isRequest(): boolean {
    return this.status === 0;
  }

  get hasSdp(): boolean {
    return this.contentType === 'application/sdp';
  }
}

function paramOf(value: string, name: string): string {
  const start = value.indexOf(`;${name}=`);
  if (start < 0) return '';
  const from = start + name.length + 2;
  const end = value.indexOf(';', from);
  return end < 0 ? value.slice(from) : value.slice(from, end);
}
