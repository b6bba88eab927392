/** lexigrad score MODEL TEXT… */
import type { Command } from 'commander';
import type { TextScore } from '../../models/language-model/language-model.js';
import { UsageError } from '../errors.js';
import { bar, counted, displayWidth, pad, printable, probability } from '../format.js';
import { lineBatches } from '../input.js';
import { loadAnyLanguageModel } from '../language-models.js';
import { addCommonOptions, addEngineOptions, addExamples, type EngineFlags, engineOf } from '../options.js';
import type { Terminal } from '../terminal.js';

/** A surprisal of so many bits fills the bar. */
const WIDEST = 20;
const BAR_WIDTH = 20;

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a language model: one that train has saved, or an ARPA file')
    .argument('[texts...]', 'texts to score; - reads one a line from standard input')
    .description(
      'Tell how surprising texts are: −log₂ p of each token and of the end, in bits, and their sums. ' +
        'Read from standard input, each line gives its bits, perplexity and text.',
    )
    .action(async (model: string, texts: string[]) => score(terminal, model, texts, command.opts()));
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad score corpus.lexigrad "the dog gets fed"', 'each token'],
    ['lexigrad score corpus.lexigrad - < texts.txt | sort -n', 'the least surprising texts first'],
    ['lexigrad score corpus.lexigrad - --json < texts.txt', 'one JSON object a line'],
  ]);
}

async function score(
  terminal: Terminal,
  path: string,
  texts: string[],
  flags: EngineFlags & { readonly json?: boolean },
): Promise<void> {
  if (texts.length === 0)
    throw new UsageError('there is no text to score: give one, or - to read lines from standard input');
  const fromStdin = texts.includes('-');
  if (fromStdin && texts.length > 1) throw new UsageError('give texts, or -, but not both');
  const lm = await loadAnyLanguageModel(path, await engineOf(flags), 'score');
  if (!fromStdin) {
    for (const [i, text] of texts.entries()) {
      const result = lm.score(text);
      if (flags.json) await terminal.writeJson(asJson(text, result));
      else await terminal.write((i > 0 ? '\n' : '') + asTable(result, terminal));
    }
    return;
  }
  let bits = 0;
  let tokens = 0;
  for await (const batch of lineBatches(terminal.stdin)) {
    const lines = batch.map((text) => {
      const result = lm.score(text);
      bits += bitsOf(result);
      tokens += result.tokens.length;
      return flags.json ? `${JSON.stringify(asJson(text, result))}\n` : asLine(text, result);
    });
    await terminal.write(lines.join(''));
  }
  if (tokens > 0) terminal.say(`in all: ${summary(bits, tokens)}`);
}

function bitsOf({ logProbability }: TextScore): number {
  return -logProbability / Math.LN2;
}

function asJson(text: string, result: TextScore) {
  const { tokens, logProbability, perplexity } = result;
  return { text, bits: bitsOf(result), logProbability, perplexity, tokens };
}

function asLine(text: string, result: TextScore): string {
  return `${bitsOf(result).toFixed(2)}\t${result.perplexity.toFixed(2)}\t${text}\n`;
}

function asTable(result: TextScore, terminal: Terminal): string {
  const width = Math.max(...result.tokens.map(({ token }) => displayWidth(printable(token))));
  const lines = result.tokens.map(({ token, surprisal, logProbability, unknown }) => {
    const cells = [
      pad(printable(token), width),
      `${surprisal.toFixed(2)} bits`.padStart(10),
      `p = ${probability(Math.exp(logProbability))}`,
      terminal.mark('yellow', bar(surprisal / WIDEST, BAR_WIDTH)),
    ];
    return `${cells.join('  ').trimEnd()}${unknown ? '  (unknown word)' : ''}\n`;
  });
  const unknown = result.tokens.filter((token) => token.unknown).length;
  const note = unknown === 0 ? '' : `, ${counted(unknown, 'unknown word')} scored as <unk>`;
  return `${lines.join('')}${summary(bitsOf(result), result.tokens.length)}${note}\n`;
}

function summary(bits: number, tokens: number): string {
  const perToken = bits / tokens;
  return (
    `${bits.toFixed(2)} bits over ${counted(tokens, 'token')} with the end, ` +
    `${perToken.toFixed(3)} bits a token, perplexity ${(2 ** perToken).toFixed(2)}`
  );
}
