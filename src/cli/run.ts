/** A command line in, an exit code out. Only the command that was named is loaded. */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../base/version.js';
import { EXIT, exitCodeOf, messageOf } from './errors.js';
import { type Streams, Terminal } from './terminal.js';

type Declare = (command: Command, terminal: Terminal, context: CommandContext) => void;

/** What a command may want beside its flags. */
export interface CommandContext {
  /** All words of the command line. */
  readonly words: readonly string[];
  /** Ends with another code than 0, without an error. */
  readonly exit: (code: number) => void;
}

interface CommandEntry {
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly declare: Declare }>;
}

const COMMANDS: readonly CommandEntry[] = [
  { name: 'train', summary: 'train a model on a file', load: () => import('./commands/train.js') },
  { name: 'predict', summary: 'label texts', load: () => import('./commands/predict.js') },
  { name: 'evaluate', summary: 'measure a model on data', load: () => import('./commands/evaluate.js') },
  { name: 'audit', summary: 'look for faults in labelled data', load: () => import('./commands/audit.js') },
  {
    name: 'compare',
    summary: 'measure two language models on the same tokens',
    load: () => import('./commands/compare.js'),
  },
  { name: 'next', summary: 'show the likeliest next tokens', load: () => import('./commands/next.js') },
  { name: 'generate', summary: 'let a language model write', load: () => import('./commands/generate.js') },
  { name: 'score', summary: 'tell how surprising texts are', load: () => import('./commands/score.js') },
  { name: 'neighbors', summary: 'show similar words', load: () => import('./commands/neighbors.js') },
  { name: 'serve', summary: 'answer requests over HTTP', load: () => import('./commands/serve.js') },
  {
    name: 'export',
    summary: 'write a model for other programs',
    load: () => import('./commands/export.js'),
  },
  {
    name: 'compress',
    summary: 'make a model small, and tell what that costs',
    load: () => import('./commands/compress.js'),
  },
  {
    name: 'info',
    summary: 'tell about this installation or a model',
    load: () => import('./commands/info.js'),
  },
  { name: 'studio', summary: 'look at all this in a browser', load: () => import('./commands/studio.js') },
];

const EXAMPLES = `
Examples:
  $ lexigrad train tickets.csv
  $ lexigrad predict tickets.lexigrad "my card was charged twice" --explain
  $ lexigrad train corpus.txt
  $ lexigrad next corpus.lexigrad "the dog gets"

lexigrad <command> --help tells all about a command.`;

/**
 * Runs the program.
 *
 * @param argv the words after the program's name
 * @returns 0, or 1 for failure, 2 for wrong usage, 130 for an interrupted training
 */
export async function run(argv: readonly string[], streams: Streams): Promise<number> {
  const terminal = new Terminal(streams);
  let code: number = EXIT.success;
  const words = argv.length === 0 ? ['--help'] : [...argv];
  try {
    const program = await buildProgram(words, terminal, (result) => {
      code = result;
    });
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    code = exitCodeOf(error);
    const message = messageOf(error);
    if (message !== undefined) terminal.say(`${terminal.note('red', 'error:')} ${message}`);
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    if (words.includes('--debug') && error instanceof Error && !isHelp) terminal.say(error.stack ?? '');
  }
  return code;
}

async function buildProgram(
  words: readonly string[],
  terminal: Terminal,
  exit: (code: number) => void,
): Promise<Command> {
  const program = new Command('lexigrad')
    .description('Train, understand and ship small neural text models.')
    .version(VERSION, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      // Help that was asked for is a result; commander does not wait, and help is short.
      writeOut: (text) => void terminal.write(text).catch(() => {}),
      writeErr: (text) => terminal.draw(text),
    });
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary);
    const named = words[0] === name || (words[0] === 'help' && words[1] === name);
    if (named) (await load()).declare(command, terminal, { words, exit });
  }
  return program;
}
