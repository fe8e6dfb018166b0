// Charts for pages, as SVG: lines over the seconds of a run, from 0 to the most of them.

const WIDTH = 400;
const HEIGHT = 130;
/** Room for the figures beside and below. */
const LEFT = 34;
const BELOW = 14;
const COLOURS = ['var(--first)', 'var(--second)', 'var(--third)'];

/** A figure of at most three `lines`, by name, each with a value a second; '' when there is nothing to draw. */
export function chart(title: string, lines: Readonly<Record<string, readonly number[]>>): string {
  const length = Math.max(...Object.values(lines).map((line) => line.length));
  if (length < 2) return '';
  const most = roundedUp(Math.max(...Object.values(lines).flat()));
  const x = (at: number): string => (LEFT + (at / (length - 1)) * (WIDTH - LEFT)).toFixed(1);
  const y = (value: number): string => (6 + (1 - value / most) * HEIGHT).toFixed(1);
  const paths = Object.values(lines).map((line, index) => {
    const points = line.map((value, at) => `${x(at)},${y(value)}`).join(' ');
    return `<polyline fill="none" stroke="${COLOURS[index]}" stroke-width="1.5" points="${points}"/>`;
  });
  const grid = [0, most / 2, most].map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH}" y1="${y(value)}" y2="${y(value)}" stroke="var(--grid)"/>` +
      `<text x="${LEFT - 4}" y="${Number(y(value)) + 3.5}" text-anchor="end">${told(value)}</text>`,
  );
  const names = Object.keys(lines).map((name, index) => `<b style="color:${COLOURS[index]}">${escaped(name)}</b>`);
  const legend = names.length > 1 ? `: ${names.join(', ')}` : '';
  const base = HEIGHT + 6 + BELOW;
  return (
    `<figure><figcaption>${escaped(title)}${legend}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${base + 2}" role="img" aria-label="${escaped(title)}">${grid.join('')}` +
    `<text x="${LEFT}" y="${base - 2}">0</text>` +
    `<text x="${WIDTH}" y="${base - 2}" text-anchor="end">${length - 1} s</text>${paths.join('')}</svg></figure>`
  );
}

/** `text` as it may stand in a page. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** The next of 1, 2, 2.5, 5 or 10 times a power of ten. */
function roundedUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 2.5, 5, 10].find((step) => step * power >= value * 0.999) ?? 10);
}

function told(value: number): string {
  return value >= 10_000 ? `${value / 1000}k` : String(Number(value.toPrecision(3)));
}
