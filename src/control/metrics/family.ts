// What a metric is made of: a family of samples, read when the page is printed.

/** One line of the page. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Name of the line where it is not the family's: the parts of a histogram. */
  readonly metricName?: string;
}

/** One metric with all its lines. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly read: () => readonly Sample[];
}

type Read = () => readonly Sample[];

/** A value that goes up and down. */
export function gauge(name: string, help: string, read: Read): Family {
  return { name, help, type: 'gauge', read };
}

/** A value that only grows; its name ends in _total. */
export function counter(name: string, help: string, read: Read): Family {
  return { name, help, type: 'counter', read };
}

/** A single line without labels. */
export function single(read: () => number): Read {
  return () => [{ labels: {}, value: read() }];
}

/** A distribution under one set of labels: counts per bucket, not cumulated, the last one above all bounds. */
export interface Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: readonly number[];
  readonly sum: number;
}

/** A histogram with the given upper bounds. */
export function histogram(
  name: string,
  help: string,
  bounds: readonly number[],
  read: () => readonly Distribution[],
): Family {
  const labelOf = (index: number): string => String(bounds[index] ?? '+Inf');
  const linesOf = ({ labels, counts, sum }: Distribution): Sample[] => {
    const lines: Sample[] = [];
    let total = 0;
    for (const [index, count] of counts.entries()) {
      total += count;
      lines.push({ labels: { ...labels, le: labelOf(index) }, value: total, metricName: `${name}_bucket` });
    }
    lines.push({ labels, value: sum, metricName: `${name}_sum` });
    lines.push({ labels, value: total, metricName: `${name}_count` });
    return lines;
  };
  return { name, help, type: 'histogram', read: () => read().flatMap(linesOf) };
}
