// A 2xx to an INVITE that no transaction waits for: its INVITE was sent before the switch was stopped. Of a call that
// lives on it means that our ACK was lost: it is sent again (RFC 3261 13.2.2.4). Any other call was in set-up and ended
// with the switch: its gateway is told so by ACK and BYE, or it would count the call as answered.

import { Acknowledgement } from '../dialog/acknowledgement.ts';
import type { SipMessage } from '../sip/message.ts';
import { formerRoutingGateway } from './former-gateway.ts';
import type { Source } from './incoming-request.ts';
import type { RoutingView, Surroundings } from './ports.ts';
import { endUnwanted } from './unwanted-answer.ts';

/** What the answer is met with. */
export interface StrayGround extends Surroundings {
  readonly routing: RoutingView;
}

/** Meets `response`, if it is such an answer from `source`. */
export function acknowledgeStray(around: StrayGround, response: SipMessage, source: Source): void {
  const isAnswer = response.status >= 200 && response.status < 300 && response.method === 'INVITE';
  if (!isAnswer || response.toTag === '') return;
  const leg = around.dialogs.findOf(response);
  if (leg !== null) {
    // An ACK that waits for the caller's is not due yet.
    if (leg.owedAck?.isSent !== false) new Acknowledgement(around, leg.dialog, response.cseq).send('', '');
    return;
  }
  const { vendors, resends } = around.routing;
  if (!vendors.has(source.address)) return;
  const origin = { source, requestsTo: 'source' } as const;
  const rules = formerRoutingGateway('', 0);
  endUnwanted(around, response, { early: null, origin, rules, resends, credentials: null });
}
