// How operators want amounts of money to be shown.

import type { SwitchConfig } from '../config.ts';
import type { ParameterReport } from '../control/tables/parameter-report.ts';
import { defaultParameters } from '../core/parameters/registry.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';

const NAME = 'SERVER_BILLING_FEE_PRECISION';

/** Decimals by the parameter of the switch of `config`, running or not. A CSV has all decimals that there are. */
export async function feeDecimals(config: SwitchConfig): Promise<number> {
  const client = runningSwitch(config.dataPath);
  if (client !== null) {
    const { parameters } = (await client.get('/api/v1/parameters')) as ParameterReport;
    const found = parameters.find(({ name }) => name === NAME);
    // A switch of an earlier release may not have it.
    return Number(found?.value ?? defaultParameters()[NAME]);
  }
  return withStoppedSwitch(config, false, ({ configuration }) => {
    return configuration.snapshot.parameters[NAME];
  });
}
