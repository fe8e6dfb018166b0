// A network file that says everything, and how such a file is refused.

import assert from 'node:assert/strict';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { EMPTY_NETWORK, type Network } from '../../../src/store/network.ts';
import { type Refusal, TandemError } from '../../../src/tandem-error.ts';

/** Every field of an account and of both kinds of gateway; the second gateway of a kind says the least. */
export const FULL = `
rateTables:
  - name: retail
    currency: EUR
    rates:
      - prefix: "4470"
        area: UK mobile
        type: national
        price: 0.05
        period: 6
        sections: 0.6/60, 0.1/30
        connectFee: 0.01
        grace: 3
        minimum: 30
        tax: 19.5
        validFrom: 2027-01-31
        validUntil: 2027-02-28
      - { prefix: "882", locked: true }
  - name: own prices
    currency: EUR
    rates: [{ prefix: "", perMinute: 0.01, increments: 30/6 }]
packages:
  - name: wholesale-500
    currency: EUR
    period: month
    rent: 25.50
    minimumConsumption: 500
    freeMinutes: [{ name: national, prefixes: ["49", "4930"], minutes: 1000 }]
accounts:
  - account: alpha
    type: agent
    rateTable: retail
    creditLimit: None
    lowBalance: -2.50
    name: Alpha Telecom AG
    contact: "Ms Example\\nbilling@alpha.example"
    tags: [retail, north, retail]
    memo: prompt payer
    timeZone: Europe/Berlin
    package: wholesale-500
    packageFrom: 2027-01-15
    packageUntil: 2028-01-01
  - account: beta GmbH
    agent: alpha
    privateRateTable: own prices
    creditLimit: 1000.50
    locked: On
    expires: 2027-01-31T18:00:00+01:00
mappingGateways:
  - name: Alpha
    account: alpha
    remoteIps: [198.51.100.7, 10.1.0.0/16, "2001:db8::/32"]
    capacity: 100
    cps: 20
    calleePrefix: 0099
    dynamicBlackListInStandalone: On
    priority: 3
    locked: On
    timeoutCallProceeding: 60
    tryProtectRouteDelay: 2.5
    callFailedSipCode: 486:480, -5:503, 0:500
    callLevel: local
    sipRemoteRingSignal: 183
    firstRoutePolicy: lowestRate
    secondRoutePolicy: answerRate
    calloutRoutingGateways: Vendor one
    proportionCalleePrefixs: 30:a, 5:00
    minProfitPercent: -5
    maxSecondRates: 0.01
    sipTimer: Off
    sip100Rel: Off
    enableCallTransfer: On
    maxCallDurationLower: 60
    maxCallDurationUpper: 90.5
    sipResponseAddressMethod: statedPort
    sipRequestAddressMethod: source
    sipPAssertedIdentity: pass
    sipPPreferredIdentity: caller
    sipRemotePartyId: pass
    sipDiversion: On
    sipHistoryInfo: On
    sipIdentity: Off
    sipReason: Off
  - name: Beta
    account: beta GmbH
    remoteIps: 198.51.100.8, 198.51.100.9
    capacity: None
routingGateways:
  - name: Vendor one
    clearingAccount: alpha
    prefix: [0044, "44"]
    prefixStyle: continue
    remoteIp: 203.0.113.9
    signalPort: 5080
    localIp: 192.0.2.1
    priority: 1
    capacity: 30
    cps: 5
    locked: false
    timeoutInvite: 2.5
    timeoutTrying: 5
    timeoutSessionProgress: 6
    timeoutSessionProgressSdp: 7
    timeoutRinging: 60
    switchAllowSdp: On
    switchAllowBusy: true
    switchAllowRing: Off
    switchUntilConnect: Off
    stopSwitchAfterInviteTimeout: On
    stopSwitchSipCodes: '403,404'
    switchAllowRtp: On
    retryAfterHonor: Off
    protect: On
    weight: 30
    callinMappingGateways: Alpha
    feerateRestrict: On
    leastCostRouting: On
    calculateRouteQuality: Off
    minProfitPercent: 10
    maxSecondRates: None
    optionsPing: 30
    timeoutsToBan: 0
    followRedirects: On
    sipAuthenticationUser: trunk-7
    sipAuthenticationPassword: s3cret!
    contact: sip:trunk@203.0.113.9:5080
    inviteUseContact: On
    sipPrivacy: noneValue
    sipDisplay: Number
    sipTimer: Off
    maxCallDurationUpper: 0
  - { name: Vendor two, remoteIp: 203.0.113.10 }
systemParameters:
  SS_SIP_TIMEOUT_INVITE: 8
  SS_SIP_RESEND_INTERVAL: 0.5,1,2
  SS_CAPACITY: None
  SS_REPLY_UNAUTHORIZED: false
`;

/** Why `text` is refused; fails when it is taken. */
export function refusals(text: string, before: Network = EMPTY_NETWORK): readonly Refusal[] {
  try {
    parseNetwork(text, 'net.yaml', before);
  } catch (error) {
    assert.ok(error instanceof TandemError);
    assert.equal(error.code, 'TANDEM_NETWORK_REFUSED');
    return error.refusals;
  }
  return assert.fail('it was taken');
}
