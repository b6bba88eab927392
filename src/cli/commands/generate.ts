/** lexigrad generate MODEL [PROMPT] */
import { type Command, Option } from 'commander';
import { loadLanguageModel } from '../models.js';
import {
  addCommonOptions,
  addEngineOptions,
  addExamples,
  atLeast,
  type EngineFlags,
  engineOf,
  mass,
  whole,
} from '../options.js';
import type { Terminal } from '../terminal.js';

interface GenerateFlags extends EngineFlags {
  readonly json?: boolean;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed: number;
  readonly count: number;
}

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a language model that train has saved')
    .argument('[prompt]', 'what the text begins with', '')
    .description('Let a language model write text, one text a line. The same seed gives the same text.')
    .addOption(
      new Option('--max-tokens <n>', 'at most so many after the prompt').default(50).argParser(whole(1)),
    )
    .addOption(
      new Option('--temperature <t>', 'below 1 the likely becomes likelier; 0 takes the likeliest')
        .default(1)
        .argParser(atLeast(0)),
    )
    .addOption(new Option('--top-k <k>', 'choose among the k likeliest (default: all)').argParser(whole(1)))
    .addOption(
      new Option('--top-p <p>', 'choose among the likeliest that make up p together (default: 1)').argParser(
        mass,
      ),
    )
    .addOption(new Option('--seed <n>', 'of chance').default(1).argParser(whole()))
    .addOption(new Option('--count <n>', 'how many texts').default(1).argParser(whole(1)))
    .action(async (model: string, prompt: string) => generate(terminal, model, prompt, command.opts()));
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad generate corpus.lexigrad "the dog" --temperature 0.8', 'one text'],
    ['lexigrad generate corpus.lexigrad --count 5 --top-p 0.9 --json', 'five texts, as JSON'],
  ]);
}

async function generate(
  terminal: Terminal,
  path: string,
  prompt: string,
  flags: GenerateFlags,
): Promise<void> {
  const lm = await loadLanguageModel(path, await engineOf(flags), 'generate');
  const { maxTokens: maximumTokens, temperature, topK, topP, seed, count } = flags;
  const texts = [];
  for (let i = 0; i < count; i++) {
    const text = lm.generate({ prompt, maximumTokens, temperature, topK, topP, seed: seed + i });
    if (flags.json) texts.push({ ...text, seed: seed + i });
    // Texts of a character model may hold line ends of their own, and keep them.
    else await terminal.write(`${text.text}\n`);
  }
  if (flags.json) await terminal.writeJson(texts);
}
