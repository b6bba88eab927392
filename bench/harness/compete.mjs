/** One workload: who is here, everybody in turn for several rounds, and what came out. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runContestant } from './children.mjs';
import { describeMachine } from './machine.mjs';
import { roll } from './peers.mjs';
import { root } from './places.mjs';
import { advantage, median } from './statistics.mjs';

/**
 * @param only words of which a contestant's name must have one; [] takes all
 * @param say is told what happens, line by line
 */
export async function compete(workload, { runs, quick, only, say }) {
  const machine = describeMachine();
  const chosen = workload.contestants.filter(({ name }) => isChosen(name, only));
  const { versions, absent } = roll(chosen);
  const out = new Map(absent.map(({ name, reason }) => [name, { absent: reason }]));
  const folder = join(root, 'out/bench/work', workload.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });

  const settings = { quick, folder, ...(quick ? workload.quick : workload.full) };
  await workload.prepare?.(settings);
  const results = new Map(chosen.map(({ name }) => [name, []]));
  const take = async (contestant, stage) => {
    if (out.has(contestant.name)) return undefined;
    const { name, threads } = contestant;
    const answer = await runContestant(workload.name, name, stage, { ...settings, threads });
    if (answer.values !== undefined || (stage === 'prepare' && answer.memory !== undefined)) return answer;
    out.set(name, withoutPlace(answer));
    return undefined;
  };
  for (const contestant of chosen.filter(({ prepare }) => prepare !== undefined)) {
    say(`  preparing ${contestant.name}`);
    await take(contestant, 'prepare');
  }
  for (let round = 1; round <= runs; round++) {
    for (const contestant of inTurn(chosen, round)) {
      if (!out.has(contestant.name)) say(`  round ${round}/${runs}: ${contestant.name}`);
      const answer = await take(contestant, 'run');
      if (answer !== undefined) results.get(contestant.name).push(answer);
    }
  }
  return summarize(workload, { settings, chosen, results, out, machine, versions, runs, quick });
}

/** Where the project lies is nobody's business but this machine's. */
function withoutPlace(answer) {
  const stripped = ([kind, text]) => [kind, String(text).replaceAll(root, '')];
  return Object.fromEntries(Object.entries(answer).map(stripped));
}

export function isChosen(name, only) {
  return only.length === 0 || only.some((word) => name.includes(word));
}

/** Every round starts with another contestant, so that nobody always follows the same neighbour. */
export function inTurn(contestants, round) {
  const first = (round - 1) % Math.max(1, contestants.length);
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}

/** Medians, ranges and ratios of all results; plain JSON. */
export function summarize(workload, { settings, chosen, results, out, machine, versions, runs, quick }) {
  const cases = workload.cases(settings).map((each) => {
    const rows = chosen.flatMap(({ name, threads }) => {
      const values = results.get(name).flatMap(({ values: own }) => own[each.id] ?? []);
      if (values.length === 0) return [];
      return [
        {
          ...{ name, threads, median: median(values) },
          ...{ minimum: Math.min(...values), maximum: Math.max(...values), values },
        },
      ];
    });
    const baseline = baselineOf(rows);
    for (const row of rows) {
      // What is 0 (or not there) has no ratio.
      const ratio = baseline && advantage(baseline.median, row.median, each.better);
      if (Number.isFinite(ratio)) row.advantage = ratio;
    }
    return { ...each, baseline: baseline?.name, contestants: rows };
  });
  const told = (kind) =>
    [...out].flatMap(([name, each]) => (each[kind] ? [{ name, reason: each[kind] }] : []));
  return {
    workload: workload.name,
    title: workload.title,
    quick,
    runs,
    date: new Date().toISOString(),
    machine,
    versions: { lexigrad: packageVersion(), node: process.version, ...versions },
    cases,
    memoryMiB: Object.fromEntries(
      [...results].flatMap(([name, list]) =>
        list.length === 0 ? [] : [[name, Math.round(median(list.map(({ memory }) => memory)))]],
      ),
    ),
    absent: told('absent'),
    failed: told('failed'),
  };
}

function packageVersion() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** The first Lexigrad in a workload's list stands for what its users get by themselves. */
function baselineOf(rows) {
  return rows.find(({ name }) => isLexigrad(name));
}

export function isLexigrad(name) {
  return name.startsWith('lexigrad');
}
