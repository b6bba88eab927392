/** The process of one contestant: node contestant.mjs WORKLOAD CONTESTANT prepare|run SETTINGS */
import { workloads } from '../workloads/index.mjs';
import { Absent } from './absent.mjs';

const [workloadName, contestantName, stage, json] = process.argv.slice(2);
const { contestants } = workloads.find(({ name }) => name === workloadName);
const contestant = contestants.find(({ name }) => name === contestantName);

process.send(await answer(), () => process.exit(0));

async function answer() {
  try {
    const values = await contestant[stage](JSON.parse(json));
    return { values, memory: process.resourceUsage().maxRSS / 1024 };
  } catch (error) {
    if (error instanceof Absent) return { absent: error.message };
    return { failed: error?.stack ?? String(error) };
  }
}
