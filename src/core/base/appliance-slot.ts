// The slot of the appliance itself among the admission counters; gateways, accounts and groups have 1 and up.

export const APPLIANCE_SLOT = 0;
