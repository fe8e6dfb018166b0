// What a carrier's datagrams look like.

const SDP =
  'v=0\r\n' +
  'o=- 20518 0 IN IP4 203.0.113.1\r\n' +
  's=-\r\n' +
  'c=IN IP4 203.0.113.1\r\n' +
  't=0 0\r\n' +
  'm=audio 54400 RTP/AVP 0 8 101\r\n' +
  'a=rtpmap:101 telephone-event/8000\r\n';

/** 12 headers and SDP. */
export const INVITE =
  'INVITE sip:+4930123456@198.51.100.5 SIP/2.0\r\n' +
  'Via: SIP/2.0/UDP 203.0.113.1:5060;branch=z9hG4bK74bf9-843817637684230;rport\r\n' +
  'Max-Forwards: 70\r\n' +
  'From: "4922" <sip:+442079460000@203.0.113.1>;tag=9fxced76sl\r\n' +
  'To: <sip:+4930123456@198.51.100.5>\r\n' +
  'Call-ID: 843817637684230@998sdasdh09\r\n' +
  'CSeq: 1 INVITE\r\n' +
  'Contact: <sip:+442079460000@203.0.113.1:5060>\r\n' +
  'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n' +
  'Supported: timer\r\n' +
  'User-Agent: carrier\r\n' +
  'Content-Type: application/sdp\r\n' +
  `Content-Length: ${SDP.length}\r\n\r\n${SDP}`;

/** The answer to our own INVITE. */
export const OK =
  'SIP/2.0 200 OK\r\n' +
  'Via: SIP/2.0/UDP 198.51.100.5:5060;branch=z9hG4bK0.843817637684230;rport=5060;received=198.51.100.5\r\n' +
  'From: "4922" <sip:+442079460000@198.51.100.5>;tag=1c4f98a2d1\r\n' +
  'To: <sip:+4930123456@192.0.2.33>;tag=as5d8f7e33\r\n' +
  'Call-ID: 843817637684230-0f3a\r\n' +
  'CSeq: 1 INVITE\r\n' +
  'Contact: <sip:+4930123456@192.0.2.33:5060>\r\n' +
  'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n' +
  'Server: vendor\r\n' +
  'Content-Type: application/sdp\r\n' +
  `Content-Length: ${SDP.length}\r\n\r\n${SDP}`;
