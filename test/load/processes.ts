/** The processor time and memory of processes, as Linux counts them. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of a second. */
const TICKS = 100;
const PAGE_BYTES = 4_096;
const MB = 1_024 * 1_024;

export interface Used {
  cpuMs: number;
  rssMb: number;
}

interface Stat extends Used {
  parent: number;
  /** Of children that have ended. */
  endedCpuMs: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    // The name of the program is in brackets, and may have spaces.
    const [, rest = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const fields = rest.split(' ');
    const at = (index: number): number => Number(fields[index - 3]);
    const msOf = (ticks: number): number => (ticks / TICKS) * 1_000;
    return {
      parent: at(4),
      cpuMs: msOf(at(14) + at(15)),
      endedCpuMs: msOf(at(16) + at(17)),
      rssMb: (at(24) * PAGE_BYTES) / MB,
    };
  } catch {
    return undefined;
  }
}

export function usedBy(pid: number): Used {
  const { cpuMs, rssMb } = statOf(pid) ?? { cpuMs: Number.NaN, rssMb: Number.NaN };
  return { cpuMs, rssMb };
}

/** A process and its children, also those that have ended: PostgreSQL has one for each connection. Their shared memory counts once for each. */
export function usedByAll(parent: number): Used {
  const living = readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
    return stat && (pid === parent || stat.parent === parent) ? [stat] : [];
  });
  return {
    cpuMs: living.reduce((sum, { cpuMs }) => sum + cpuMs, statOf(parent)?.endedCpuMs ?? 0),
    rssMb: living.reduce((sum, { rssMb }) => sum + rssMb, 0),
  };
}
