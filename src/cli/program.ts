// The command line. Only this file knows commander; each command is a function in a file of its own, loaded when it
// is called, so that a question to a running switch does not load the switch.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Party } from '../core/admission/black-list.ts';
import { Refused } from '../operator-file.ts';
import { moment } from '../operator-values.ts';
import { ownVersion } from '../own-version.ts';
import { type CommonOptions, run } from './run.ts';
import { runStart } from './run-start.ts';
import { EXIT_OK, EXIT_UNREACHABLE, guarded, isOutputGone, processTerminal, watchOutput } from './terminal.ts';
import {
  BILL_COMMAND,
  RECONCILE_COMMAND,
  REPORT_COMMAND,
  RERATE_COMMAND,
  VERIFY_COMMAND,
  type WordedCommand,
  type Words,
} from './worded-commands.ts';

interface TableOptions extends CommonOptions {
  readonly name: string;
  readonly note: string;
}

interface RouteOptions {
  readonly from: string;
  readonly caller: string;
  readonly callee: string;
  readonly at?: number;
}

const CALLS_TOLD = 100;
const LIMIT_HELP = `most told; by default ${CALLS_TOLD}, with --json all`;
const CDRS_TOLD = 20;
const VERSIONS_TOLD = 20;
const BLOCK_SECONDS = 3_600;
/** Both ends of the calls run beside the switch, on its cores. */
const DEMO_CPS_MAX = 1_000;

function program(): Command {
  const tandem = new Command('tandem').description('An open class-4 SIP switch.').exitOverride();
  // The help of a command is longer than many a screen: what is wrong would have gone from it.
  tandem.showHelpAfterError('With --help behind it a command says what it takes.');
  // Options belong to the command they stand behind: `params` and `params set` have some of the same names.
  tandem.enablePositionalOptions();
  tandem.version(`tandem ${ownVersion()}`, '--version', 'which Tandem this is');
  tandem.addHelpText('after', '\nExit codes: 0 done, 1 refused, 2 not understood or not reached.');
  addStart(tandem);
  addNetwork(tandem);
  addParameters(tandem);
  addTables(tandem);
  addMoney(tandem);
  addQuestions(tandem);
  addBlackList(tandem.command('blacklist').description('numbers that may not call, or be called, for a while'));
  addDemo(tandem);
  return tandem;
}

function addStart(tandem: Command): void {
  common(tandem.command('start').description('start the switch')).action(runStart);
}

function addNetwork(tandem: Command): void {
  common(
    tandem.command('check [file]').description('check a start file or a network file; by default the start file'),
  ).action((file: string | undefined, options: CommonOptions) =>
    run(options, async (config, terminal, configFile) => {
      const { check } = await import('./check.ts');
      return check(file ?? configFile ?? 'tandem.yaml', config, terminal);
    }),
  );
  common(tandem.command('apply <file>').description('make a network file the one in force; - is standard input'))
    .option('--dry-run', 'only say what would change')
    .option('--note <text>', 'kept with the version', '')
    .action((file: string, options: CommonOptions & { readonly dryRun?: boolean; readonly note: string }) =>
      run(options, async (config, terminal) => {
        const { apply } = await import('./apply.ts');
        return apply(config, { file, dryRun: options.dryRun ?? false, note: options.note }, terminal);
      }),
    );
}

function addParameters(tandem: Command): void {
  const params = common(tandem.command('params [name]').description('the system parameters: all, one, or some by name'))
    .option('--section <word>', 'only those of a section, such as setup')
    .option('--markdown', 'the page about all of them and about the fields of gateways')
    .enablePositionalOptions()
    .action((name: string | undefined, options: CommonOptions & { section?: string; markdown?: boolean }) =>
      run(options, async (config, terminal) => {
        if (options.markdown) return (await import('./params-page.ts')).tellParametersPage(terminal);
        const question = { name: name ?? null, section: options.section ?? null };
        return (await import('./params.ts')).params(config, question, terminal);
      }),
    );
  const set = params.command('set <setting...>').description('set parameters, all or none: NAME=VALUE');
  const reset = params.command('reset <name...>').description('take parameters back to their defaults');
  for (const command of [set, reset]) {
    common(command)
      .option('--note <text>', 'kept with the version', '')
      .action((words: string[], options: CommonOptions & { readonly note: string }) =>
        // What stands before set or reset is of params.
        run({ ...params.opts<CommonOptions>(), ...options }, async (config, terminal) => {
          const { changeParams, defaultsOf, settingsIn } = await import('./params-change.ts');
          const given = command === set ? settingsIn(words) : defaultsOf(words);
          return changeParams(config, given, options.note, terminal);
        }),
      );
  }
}

const named = ({ name, note }: TableOptions): Pick<TableOptions, 'name' | 'note'> => ({ name, note });

function addTables(tandem: Command): void {
  const imports = tandem.command('import').description('a large table from a CSV file, while calls go on');
  const table = (kind: 'prefixes' | 'numbers' | 'rates', description: string): Command =>
    common(imports.command(`${kind} <file>`).description(description)).option(
      '--note <text>',
      'kept with the version',
      '',
    );
  table('prefixes', 'prefixes of all routing gateways: columns gateway, prefix').action(
    (file: string, options: CommonOptions & { readonly note: string }) =>
      run(options, async (config, terminal) => {
        const { importTable } = await import('./import.ts');
        return importTable(config, { kind: 'prefixes', file, name: '', currency: '', note: options.note }, terminal);
      }),
  );
  table('numbers', 'the numbers of a group: column number')
    .requiredOption('--name <group>', 'the number group')
    .action((file: string, options: TableOptions) =>
      run(options, async (config, terminal) => {
        const { importTable } = await import('./import.ts');
        return importTable(config, { kind: 'numbers', file, currency: '', ...named(options) }, terminal);
      }),
    );
  table('rates', 'the prices of a rate table: columns prefix, price, ... as in a network file')
    .requiredOption('--name <table>', 'the rate table')
    .option('--currency <code>', 'of a new table, such as EUR', '')
    .action((file: string, options: TableOptions & { readonly currency: string }) =>
      run(options, async (config, terminal) => {
        const { importTable } = await import('./import.ts');
        return importTable(config, { kind: 'rates', file, currency: options.currency, ...named(options) }, terminal);
      }),
    );
  common(tandem.command('versions').description('the versions of the network that are kept, newest first'))
    .option('-n, --limit <count>', 'most versions told', count, VERSIONS_TOLD)
    .action((options: CommonOptions & { readonly limit: number }) =>
      run(options, async (config, terminal) =>
        (await import('./versions.ts')).versions(config, options.limit, terminal),
      ),
    );
  common(tandem.command('rollback').description('bring back what the network was in an earlier version'))
    .argument('<version>', 'its number, as tandem versions tells', count)
    .option('--note <text>', 'kept with the version', '')
    .action((version: number, options: CommonOptions & { readonly note: string }) =>
      run(options, async (config, terminal) => {
        const { rollback } = await import('./versions.ts');
        return rollback(config, version, options.note, terminal);
      }),
    );
}

type PayOptions = CommonOptions & { readonly kind: string; readonly memo: string; readonly key: string };

function addMoney(tandem: Command): void {
  common(tandem.command('accounts').description('what accounts have and may spend'))
    .option('--tag <word>', 'only accounts with this tag', '')
    .action((options: CommonOptions & { readonly tag: string }) =>
      run(options, async (config, terminal) => (await import('./accounts.ts')).accounts(config, options.tag, terminal)),
    );
  common(tandem.command('pay <account> <amount>').description('enter a payment; the amount in the account’s currency'))
    .option('--kind <word>', 'topUp, deduction or correction', 'topUp')
    .option('--memo <text>', 'kept with the payment', '')
    .option('--key <text>', 'of a command that is repeated: it enters the payment once', '')
    .action((account: string, amount: string, options: PayOptions) =>
      run(options, async (config, terminal) => {
        const { pay } = await import('./accounts.ts');
        const { kind, memo, key } = options;
        return pay(config, { words: { account, amount, kind, memo }, key }, terminal);
      }),
    );
  common(tandem.command('payments [account]').description('the last payments, of one account or of all'))
    .option('-n, --limit <count>', 'how many', count, CDRS_TOLD)
    .action((account: string | undefined, options: CommonOptions & { readonly limit: number }) =>
      run(options, async (config, terminal) => {
        const { payments } = await import('./accounts.ts');
        return payments(config, { account: account ?? null, limit: options.limit }, terminal);
      }),
    );
  common(
    tandem.command('packages').description('who has a package, its rent, and what of its minimum is consumed'),
  ).action((options: CommonOptions) =>
    run(options, async (config, terminal) => (await import('./packages.ts')).packages(config, terminal)),
  );
  common(tandem.command('verify').description('count the ledger anew')).action((options: CommonOptions) =>
    run(options, async (config, terminal) => (await import('./accounts.ts')).verify(config, terminal)),
  );
}

function addQuestions(tandem: Command): void {
  common(tandem.command('status').description('how the running switch is')).action((options: CommonOptions) =>
    run(options, async (config, terminal) => (await import('./status.ts')).status(config, terminal)),
  );
  common(tandem.command('route').description('what would become of a call'))
    .requiredOption('--from <gateway>', 'mapping gateway, or address the call comes from')
    .option('--caller <number>', 'calling number', '')
    .requiredOption('--callee <number>', 'called number')
    .option('--at <time>', 'at that moment, such as 2026-12-25T09:00Z, instead of now', givenMoment)
    .action((options: CommonOptions & RouteOptions) =>
      run(options, async (config, terminal) => {
        const { from, caller, callee, at } = options;
        const { route } = await import('./route.ts');
        return route(config, { from, caller, callee }, at ?? null, terminal);
      }),
    );
  common(tandem.command('explain <call>').description('where a call went and why: by its Call-ID or CDR id')).action(
    (id: string, options: CommonOptions) =>
      run(options, async (config, terminal) => (await import('./explain.ts')).explain(config, id, terminal)),
  );
  common(tandem.command('calls').description('the calls that live now'))
    .option('-n, --limit <count>', LIMIT_HELP, count)
    .action((options: CommonOptions & { readonly limit?: number }) =>
      run(options, async (config, terminal) => (await import('./calls.ts')).calls(config, mostTold(options), terminal)),
    );
  common(tandem.command('registrations').description('who is registered now, and where'))
    .option('-n, --limit <count>', LIMIT_HELP, count)
    .action((options: CommonOptions & { readonly limit?: number }) =>
      run(options, async (config, terminal) =>
        (await import('./registrations.ts')).registrations(config, mostTold(options), terminal),
      ),
    );
  addCdrs(tandem.command('cdr').description('finished calls'));
  addWorded(tandem, REPORT_COMMAND);
  addWorded(tandem, BILL_COMMAND);
  addWorded(tandem, RERATE_COMMAND);
}

/** A command whose options are words of a question, which is asked as they are written. */
function addWorded(tandem: Command, { name, argument, description, options, load }: WordedCommand): void {
  const command = common(tandem.command(argument === undefined ? name : `${name} <${argument}>`));
  command.description(description);
  for (const { flags, help, conflicts = [] } of options) {
    command.addOption(new Option(flags, help).conflicts([...conflicts]));
  }
  const ask = (words: CommonOptions & Words): Promise<void> =>
    run(words, async (config, terminal) => (await load())(config, words, terminal));
  if (argument === undefined) command.action(ask);
  else command.action((word: string, words: CommonOptions & Words) => ask({ ...words, [argument]: word }));
}

interface ListedNumber extends CommonOptions {
  readonly party: Party;
}

function addBlackList(blackList: Command): void {
  const party = (command: Command): Command =>
    common(command).addOption(
      new Option('--party <side>', 'whose number it is').choices(['caller', 'callee']).default('caller'),
    );
  common(blackList.command('list', { isDefault: true }).description('who is on it, for how long, and why')).action(
    (options: CommonOptions) =>
      run(options, async (config, terminal) => (await import('./black-list.ts')).listed(config, terminal)),
  );
  party(blackList.command('add <number>').description('block a number'))
    .option('--seconds <count>', 'for how long', count, BLOCK_SECONDS)
    .action((number: string, options: ListedNumber & { readonly seconds: number }) =>
      run(options, async (config, terminal) => {
        const { block } = await import('./black-list.ts');
        return block(config, { number, party: options.party, seconds: options.seconds }, terminal);
      }),
    );
  party(blackList.command('remove <number>').description('take a number off')).action(
    (number: string, options: ListedNumber) =>
      run(options, async (config, terminal) => {
        const { unblock } = await import('./black-list.ts');
        return unblock(config, { number, party: options.party }, terminal);
      }),
  );
}

function addCdrs(cdr: Command): void {
  cdr
    .command('fields')
    .description('what a CDR says, and the names for it in JSON, SQL, CSV and VOS3000')
    .option('--markdown', 'the page about them')
    .option('--json', 'JSON for scripts')
    .action(async (options: { readonly markdown?: boolean; readonly json?: boolean }) => {
      const { cdrFields } = await import('./cdr-fields.ts');
      process.exitCode = cdrFields(options.markdown ?? false, processTerminal(options.json ?? false));
    });
  common(cdr.command('search').description('finished calls like these, newest first'))
    .option('--number <number>', 'any of its numbers, whole')
    .option('--gateway <name>', 'where it came from, or was tried')
    .option('--account <name>', 'whose call it was')
    .option('--reason <name>', 'why it ended, such as Busy')
    .option('--from <moment>', 'ended at or after, such as 2027-01-31 or 2027-01-31T18:00:00Z')
    .option('--until <moment>', 'ended before')
    .option('--before <place>', 'go on where a search stopped')
    .option('-n, --count <count>', 'how many', count, CDRS_TOLD)
    .action((options: CommonOptions & Record<string, string> & { readonly count: number }) =>
      run(options, async (config, terminal) => {
        const { cdrSearch } = await import('./cdr-search.ts');
        const word = (name: string): string | null => options[name] ?? null;
        const words = {
          number: word('number'),
          gateway: word('gateway'),
          account: word('account'),
          endReason: word('reason'),
          from: word('from'),
          until: word('until'),
          before: word('before'),
        };
        return cdrSearch(config, words, options.count, terminal);
      }),
    );
  addWorded(cdr, VERIFY_COMMAND);
  addWorded(cdr, RECONCILE_COMMAND);
  common(cdr.command('tail').description('the last finished calls'))
    .option('-n, --count <count>', 'how many', count, CDRS_TOLD)
    .option('-f, --follow', 'go on with those to come, until Ctrl-C')
    .action((options: CommonOptions & { readonly count: number; readonly follow?: boolean }) =>
      run(options, async (config, terminal) => {
        const { cdrTail } = await import('./cdr-tail.ts');
        const tail = { count: options.count, follow: options.follow ?? false, isOver: isOutputGone };
        return cdrTail(config, tail, terminal);
      }),
    );
}

function addDemo(tandem: Command): void {
  tandem
    .command('demo')
    .description('the switch with simulated customers and vendors on loopback')
    .option('--seconds <count>', 'end after so many', count)
    .option('--cps <count>', `calls a second, up to ${DEMO_CPS_MAX}`, demoCps)
    .option('--json', 'one JSON document at the end')
    .action(async (options: { readonly seconds?: number; readonly cps?: number; readonly json?: boolean }) => {
      const terminal = processTerminal(options.json ?? false);
      process.exitCode = await guarded(terminal, async () => {
        const { demo } = await import('./demo.ts');
        return demo({ seconds: options.seconds ?? null, cps: options.cps ?? null, json: terminal.isJson });
      });
    });
}

function common(command: Command): Command {
  return command
    .option('--config <file>', 'start file; by default ./tandem.yaml or /etc/tandem/tandem.yaml')
    .option('--json', 'JSON for scripts');
}

/** Null: all that the switch tells, for scripts count what they are given. */
function mostTold({ limit, json }: CommonOptions & { readonly limit?: number }): number | null {
  return limit ?? (json === true ? null : CALLS_TOLD);
}

function givenMoment(text: string): number {
  const wallMs = moment(text);
  if (wallMs instanceof Refused) throw new InvalidArgumentError(`It ${wallMs.reason}.`);
  return wallMs;
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number from 1 to 999999.');
}

function demoCps(text: string): number {
  const cps = count(text);
  if (cps <= DEMO_CPS_MAX) return cps;
  throw new InvalidArgumentError(`It takes a whole number from 1 to ${DEMO_CPS_MAX}.`);
}

/** Runs the command that the words of this process ask for. */
export async function runProgram(): Promise<void> {
  watchOutput();
  try {
    await program().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === EXIT_OK ? EXIT_OK : EXIT_UNREACHABLE;
  }
}
