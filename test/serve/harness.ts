/** Small models and a service on them, asked without a socket. */
import { LanguageModel, TextClassifier } from '../../src/index.js';
import { createService, type Service, type ServiceOptions } from '../../src/serve/index.js';
import { corpus, labelledTexts } from '../cli/harness.js';

/** Fruit or tool? */
export function trainClassifier(seed = 1): Promise<TextClassifier> {
  return TextClassifier.train(labelledTexts(), { dimension: 8, epochs: 6, holdOut: 0, seed });
}

export function trainLanguageModel(): Promise<LanguageModel> {
  const size = { order: 3, dimension: 8, hidden: [8], epochs: 3, batchSize: 16 };
  return LanguageModel.train(corpus().trim().split('\n'), { ...size, seed: 1 });
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any;
}

/** A service with short ways to ask it. */
export class Asked {
  readonly service: Service;

  constructor(options: ServiceOptions) {
    this.service = createService(options);
  }

  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await this.service.fetch(new Request(`http://localhost${path}`, init));
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { headers });
  }
}

/** The data of server-sent events, one by one; the name comes first where there is one. */
export function eventsOf(text: string): { readonly name: string; readonly data: string }[] {
  return text
    .split('\n\n')
    .filter((each) => each !== '')
    .map((each) => ({
      name: /^event: (.*)$/m.exec(each)?.[1] ?? 'message',
      data: /^data: (.*)$/m.exec(each)![1]!,
    }));
}
