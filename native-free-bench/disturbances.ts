// What is done to a system while it is loaded.

import { loadSocket } from './load-socket.ts';
import type { Disturbance } from './profiles.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { LoadStep } from './traffic/arrivals.ts';

/** INVITEs of strangers for each call of a customer. */
const STRANGERS_PER_CALL = 10;
const STRANGER = '127.0.0.66';

const REQUESTS_PER_SECOND = 1_000;
const TICK_MS = 10;

/** One that goes on. */
export interface Running {
  end(): void;
}

/** Begins it. */
export function begin(what: Disturbance, system: SystemUnderTest, steps: readonly LoadStep[]): Running {
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  switch (what) {
    case 'none':
      return { end: () => undefined };
    case 'killShard':
    case 'killSwitch': {
      const timer = setTimeout(() => void system.disturb(what), (seconds * 1000) / 2);
      return { end: () => clearTimeout(timer) };
    }
    case 'management':
      return everyTick(() => {
        for (let count = 0; count < (REQUESTS_PER_SECOND * TICK_MS) / 1000; count++) void system.disturb('askStatus');
      });
    case 'strangers':
      return flood(system, Math.max(...steps.map(({ callsPerSecond }) => callsPerSecond)) * STRANGERS_PER_CALL);
  }
}

function flood({ place }: SystemUnderTest, perSecond: number): Running {
  const socket = loadSocket();
  let count = 0;
  socket.bind({ address: STRANGER, port: 0 });
  const ticking = everyTick(() => {
    const { port } = socket.address();
    for (let sent = 0; sent < (perSecond * TICK_MS) / 1000; sent++) {
      socket.send(
        strangeInvite(`${STRANGER}:${port}`, `${place.address}:${place.port}`, count++),
        place.port,
        place.address,
      );
    }
  });
  return {
    end: () => {
      ticking.end();
      socket.close();
    },
  };
}

function strangeInvite(here: string, there: string, count: number): string {
  return (
    `INVITE sip:00972599${count}@${there} SIP/2.0\r\nVia: SIP/2.0/UDP ${here};branch=z9hG4bKs${count}\r\n` +
    `Max-Forwards: 70\r\nFrom: <sip:100@${here}>;tag=s${count}\r\nTo: <sip:00972599${count}@${there}>\r\n` +
    `Call-ID: s${count}@${here}\r\nCSeq: 1 INVITE\r\nContact: <sip:100@${here}>\r\n` +
    'User-Agent: friendly-scanner\r\nContent-Length: 0\r\n\r\n'
  );
}

function everyTick(run: () => void): Running {
  const timer = setInterval(run, TICK_MS);
  return { end: () => clearInterval(timer) };
}
