// Five runs of a function over a ring of inputs: the median says how fast, the spread how far to believe it.

const RUNS = 5;
const RUN_MS = 600;

/** Prints calls per second: median of five runs, their spread, nanoseconds a call. */
export function report(name: string, inputs: readonly string[], call: (input: string) => number): void {
  let sum = runOnce(inputs, call).sum; // warm-up
  const rates: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const { rate, sum: part } = runOnce(inputs, call);
    rates.push(rate);
    sum += part;
  }
  rates.sort((a, b) => a - b);
  const median = rates[RUNS >> 1] ?? 0;
  const spread = (((rates.at(-1) ?? 0) - (rates[0] ?? 0)) / median) * 100;
  const perCall = 1e9 / median;
  console.log(
    `${name}: ${Math.round(median).toLocaleString('en')} /s, spread ${spread.toFixed(1)} %, ` +
      `${perCall.toFixed(0)} ns each (check ${sum % 997})`,
  );
}

function runOnce(inputs: readonly string[], call: (input: string) => number): { rate: number; sum: number } {
  let sum = 0;
  let calls = 0;
  const start = performance.now();
  let elapsedMs = 0;
  while (elapsedMs < RUN_MS) {
    for (const input of inputs) sum += call(input);
    calls += inputs.length;
    elapsedMs = performance.now() - start;
  }
  return { rate: (calls / elapsedMs) * 1000, sum };
}
