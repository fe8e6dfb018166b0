// How operators want amounts of money to be shown.

import type { SwitchConfig } from '../config.ts';
import type { ParameterReport } from '../control/tables/parameter-report.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';

/** SERVER_BILLING_FEE_PRECISION of the switch of `config`, running or not. A CSV has all decimals that there are. */
export async function feeDecimals(config: SwitchConfig): Promise<number> {
  const client = runningSwitch(config.dataPath);
  if (client !== null) {
    const { parameters } = (await client.get('/api/v1/parameters')) as ParameterReport;
    return Number(parameters.find(({ name }) => name === 'SERVER_BILLING_FEE_PRECISION')?.value);
  }
  return withStoppedSwitch(config, false, ({ configuration }) => {
    return configuration.snapshot.parameters.SERVER_BILLING_FEE_PRECISION;
  });
}
