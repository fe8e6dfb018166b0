// A 2xx to an INVITE that nobody wants: it is acknowledged, and its dialog ended with BYE (RFC 3261 13.2.2.4), or the
// gateway would count the call as answered.

import { Acknowledgement } from '../dialog/acknowledgement.ts';
import { Dialog, type Origin } from '../dialog/dialog.ts';
import type { PeerRules } from '../routing/snapshot.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { Credentials } from './credentials.ts';
import { DialogLeg } from './dialog-leg.ts';
import { EMPTY_CROSSING, type LegUser } from './leg-events.ts';
import type { Surroundings } from './ports.ts';

/** No call: whatever its dialog says comes to nothing. */
const NO_CALL: LegUser = {
  across: (_side, crossing) => crossing,
  asked: (_leg, question) => question.answer(481, 'Call Over', EMPTY_CROSSING, null),
  withdrew: () => undefined,
  hungUp: () => undefined,
  changed: () => undefined,
  lost: () => undefined,
};

/** Who answered, and how to speak to them. */
export interface UnwantedGround {
  /** The early dialog that the answer confirms; null when requests were sent in none. */
  readonly early: Dialog | null;
  /** Where our INVITE went. */
  readonly origin: Origin;
  readonly rules: PeerRules;
  readonly resends: ResendSchedule;
  readonly credentials: Credentials | null;
}

/** Ends what `success` began. Answers its ACK, for when it comes again. */
export function endUnwanted(around: Surroundings, success: SipMessage, ground: UnwantedGround): Acknowledgement {
  const { early, origin, rules, resends, credentials } = ground;
  early?.confirm(success);
  const dialog = early ?? dialogOf(around, success, origin);
  const acknowledgement = new Acknowledgement(around, dialog, success.cseq);
  acknowledgement.send('', '');
  new DialogLeg(around, { side: 'callee', dialog, user: NO_CALL, rules, resends, credentials }).hangUp('');
  return acknowledgement;
}

/** 8.2.6.2: an answer repeats what names our INVITE. */
function dialogOf(around: Surroundings, success: SipMessage, origin: Origin): Dialog {
  const invite = {
    callId: detach(success.callId),
    localTag: detach(success.fromTag),
    localAddress: detach(success.value(Header.From) ?? ''),
    cseq: success.cseq,
  };
  return Dialog.asClient(success, invite, around.localEnd(origin.source.listener), origin);
}
