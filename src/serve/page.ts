/** The page at /docs: the OpenAPI document to read, with a form to try each endpoint. Nothing is loaded from elsewhere. */
import type { JsonSchema, OpenApiDocument, OpenApiOperation } from './openapi.js';

/** Only what this service itself sends may run or be asked. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const STYLE = `
  :root { color-scheme: light dark; --line: light-dark(#d8dbe0, #3a3f47); --quiet: light-dark(#5b6470, #9aa3ae); }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
  h2 { margin-top: 2.5rem; } h2 small, .quiet { color: var(--quiet); font-weight: normal; }
  details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; padding: .5rem .8rem; }
  summary { cursor: pointer; } summary code { font-weight: 600; margin-right: .6rem; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th, td { text-align: left; vertical-align: top; border-top: 1px solid var(--line); padding: .3rem .6rem .3rem 0; }
  textarea { width: 100%; box-sizing: border-box; font: .9rem/1.4 ui-monospace, monospace; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; }
  input { font: inherit; width: 16rem; }
`;

/** The script behind the forms. */
export const PAGE_SCRIPT = `
const token = document.querySelector('#token');
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const result = form.querySelector('pre');
    const parameters = new FormData(form);
    const path = form.dataset.path.replace(/\\{(\\w+)\\}/g, (_, name) => encodeURIComponent(parameters.get(name)));
    const headers = { 'content-type': 'application/json' };
    if (token && token.value) headers.authorization = 'Bearer ' + token.value;
    const body = form.dataset.method === 'POST' ? parameters.get('body') : undefined;
    try {
      const answer = await fetch(path, { method: form.dataset.method, headers, body });
      result.textContent = answer.status + ' ' + answer.statusText + '\\n';
      const type = answer.headers.get('content-type') || '';
      if (type.includes('json')) {
        result.textContent += JSON.stringify(await answer.json(), null, 2);
        return;
      }
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) result.textContent += part.value;
    } catch (error) {
      result.textContent = 'no answer: ' + error.message;
    }
  });
}
`;

export function documentPage(document: OpenApiDocument): string {
  const { title, version, description } = document.info as Record<string, string>;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const needsToken = operations.some(({ operation }) => operation.security !== undefined);
  const groups = document.tags.map(({ name, description: about }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<h2>${escaped(name)} <small>${escaped(about)}</small></h2>${own.map(sectionOf).join('')}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title!)} API</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title!)} API <small class="quiet">${escaped(version!)}</small></h1>
<p>${escaped(description!)} The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
${needsToken ? '<p><label>Token for trying: <input id="token" type="password" autocomplete="off"></label></p>' : ''}
${groups.join('\n')}
<script src="/docs/page.js"></script>
</body>
</html>
`;
}

interface Section {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

function sectionOf({ path, method, operation }: Section): string {
  const { summary, description, requestBody, responses } = operation;
  const body = requestBody?.content['application/json'];
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const fields = parameters
    .map((name) => `<p><label>${name} <input name="${name}" required></label></p>`)
    .join('');
  const example = JSON.stringify(body?.example ?? {}, null, 2);
  const area = `<textarea name="body" aria-label="body" rows="${example.split('\n').length + 1}" spellcheck="false">${escaped(example)}</textarea>`;
  return `<details>
<summary><code>${method} ${escaped(path)}</code> ${escaped(summary)}</summary>
${description === undefined ? '' : `<p>${marked(description)}</p>`}
${body === undefined ? '' : `<h4>Request</h4>${tableOf(body.schema)}`}
<h4>Answers</h4><table>${Object.entries(responses).map(answerRow).join('')}</table>
<h4>Try it</h4>
<form data-method="${method}" data-path="${escaped(path)}">${fields}${body === undefined ? '' : area}
<button>Send</button><pre aria-live="polite"></pre></form>
</details>`;
}

function answerRow([status, answer]: [string, object]): string {
  const { description, content } = answer as {
    description: string;
    content: Record<string, { schema: JsonSchema }>;
  };
  const kinds = Object.entries(content).map(([type, { schema }]) => {
    const about = typeof schema.description === 'string' ? `: ${marked(schema.description)}` : '';
    const fields = type === 'application/json' ? `<pre>${escaped(typeOf(schema))}</pre>` : '';
    return `<div><span class="quiet">${escaped(type)}</span>${about}${fields}</div>`;
  });
  return `<tr><td>${status}</td><td>${marked(description)}${kinds.join('')}</td></tr>`;
}

function tableOf(schema: JsonSchema): string {
  const required = new Set(schema.required as string[] | undefined);
  const rows = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).map(
    ([name, field]) => {
      const standard = field.default === undefined ? '' : ` Default: ${JSON.stringify(field.default)}.`;
      const about = typeof field.description === 'string' ? field.description : '';
      const mark = required.has(name) ? ' <span class="quiet">(required)</span>' : '';
      return `<tr><td><code>${escaped(name)}</code>${mark}</td><td>${escaped(typeOf(field))}</td><td>${marked(about + standard)}</td></tr>`;
    },
  );
  return `<table><tr><th>field</th><th>type</th><th></th></tr>${rows.join('')}</table>`;
}

/** A schema in one line: `{ labels: { label: string, score: number }[] }` */
function typeOf(schema: JsonSchema): string {
  const options = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (options !== undefined) return options.map(typeOf).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return (schema.enum as unknown[]).map((each) => JSON.stringify(each)).join(' | ');
  if (schema.type === 'array') {
    const item = typeOf(schema.items as JsonSchema);
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') {
    const required = new Set(schema.required as string[] | undefined);
    const entries = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
    const fields = entries.map(
      ([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${typeOf(field)}`,
    );
    return fields.length === 0 ? 'object' : `{ ${fields.join(', ')} }`;
  }
  return String(schema.type ?? 'any');
}

/** `code` between backticks, everything else as it is. */
function marked(text: string): string {
  return escaped(text).replace(/`([^`]*)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]!);
}
