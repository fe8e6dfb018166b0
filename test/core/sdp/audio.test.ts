import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audioAddress, firstCodec } from '../../../src/core/sdp/audio.ts';

const HEAD = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n';

test('3264 6.1: the first format of the audio line is the one that is used', () => {
  assert.equal(firstCodec(`${HEAD}m=audio 30000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`), 'PCMA');
  assert.equal(firstCodec(`${HEAD}m=audio 30000 RTP/AVP 0\r\n`), 'PCMU');
  assert.equal(firstCodec(`${HEAD}m=audio 30000/2 RTP/SAVP 18\n`), 'G729');
});

test('a dynamic format has its name in its own rtpmap line, not in one that begins alike', () => {
  const maps = 'a=rtpmap:9 G722/8000\r\na=rtpmap:96 opus/48000/2\r\n';
  assert.equal(firstCodec(`${HEAD}m=audio 30000 RTP/AVP 96 9\r\n${maps}`), 'opus');
  assert.equal(firstCodec(`${HEAD}m=audio 30000 RTP/AVP 97\r\n${maps}`), '', 'named nowhere');
});

test('an rtpmap of a static format says its name', () => {
  assert.equal(firstCodec(`${HEAD}m=audio 30000 RTP/AVP 18\r\na=rtpmap:18 G729a/8000\r\n`), 'G729a');
});

test('what is no description, or has no audio, has no codec', () => {
  assert.equal(firstCodec(''), '');
  assert.equal(firstCodec('m=audio'), '');
  assert.equal(firstCodec(`${HEAD}m=image 30000 udptl t38\r\n`), '');
  assert.equal(firstCodec(`${HEAD}a=x:m=audio 3 RTP/AVP 0\r\n`), '', 'the line must begin so');
  assert.equal(firstCodec('m=audio 30000 RTP/AVP 0'), 'PCMU', 'a first line without an end');
});

test('a name that is far too long is cut', () => {
  assert.equal(firstCodec(`${HEAD}m=audio 3 RTP/AVP 96\r\na=rtpmap:96 ${'x'.repeat(99)}/8000\r\n`).length, 16);
});

test('4566 5.7: the address of the audio is its own connection, else that of the session', () => {
  const whole = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n';
  const own = 'c=IN IP4 192.0.2.7\r\n';
  assert.equal(audioAddress(`${whole}m=audio 30000 RTP/AVP 0\r\n`), '192.0.2.1:30000');
  assert.equal(audioAddress(`${whole}m=audio 30000 RTP/AVP 0\r\n${own}`), '192.0.2.7:30000');
  assert.equal(audioAddress(`${whole}m=audio 30000 RTP/AVP 0\r\nm=video 4 RTP/AVP 31\r\n${own}`), '192.0.2.1:30000');
  assert.equal(audioAddress(`${whole}m=video 4 RTP/AVP 31\r\n${own}m=audio 30002 RTP/AVP 0\r\n`), '192.0.2.1:30002');
});

test('an address in IPv6 stands in brackets, one of a group without its time to live', () => {
  assert.equal(audioAddress('c=IN IP6 2001:db8::1\nm=audio 4 RTP/AVP 0\n'), '[2001:db8::1]:4');
  assert.equal(audioAddress('c=IN IP4 233.252.0.1/127/3\nm=audio 4/2 RTP/AVP 0\n'), '233.252.0.1:4');
  assert.equal(audioAddress('c=IN IP4 media.example.com\nm=audio 4 RTP/AVP 0'), 'media.example.com:4');
});

test('no audio, none wanted, or nowhere to send it: no address', () => {
  const host = 'c=IN IP4 192.0.2.1\r\n';
  assert.equal(audioAddress(''), '');
  assert.equal(audioAddress(`${host}m=image 4 udptl t38\r\n`), '');
  assert.equal(audioAddress(`${host}m=audio 0 RTP/AVP 0\r\n`), '', 'declined');
  assert.equal(audioAddress('m=audio 4 RTP/AVP 0\r\n'), '');
  assert.equal(audioAddress(`m=video 4 RTP/AVP 31\r\n${host}m=audio 4 RTP/AVP 0\r\n`), '', "only the video's");
  assert.equal(audioAddress('c=ATM NSAP 47\r\nm=audio 4 RTP/AVP 0\r\n'), '');
  assert.equal(audioAddress(`c=IN IP4 ${'x'.repeat(300)}\r\nm=audio 4 RTP/AVP 0\r\n`), '', 'no name is so long');
});

test('3264 6: of several audio lines a declined one is passed over; codec and address are of the one in use', () => {
  const declined = 'm=audio 0 RTP/SAVP 0\r\n';
  const used = 'm=audio 30000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n';
  assert.equal(firstCodec(`${HEAD}${declined}${used}`), 'opus');
  assert.equal(audioAddress(`${HEAD}${declined}${used}`), '192.0.2.1:30000');
  assert.equal(firstCodec(`${HEAD}m=audio 30000 RTP/AVP 96\r\nm=audio 0 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2`), '');
  assert.equal(firstCodec(`${HEAD}${declined}${declined}`), 'PCMU', 'all declined: the first');
});
