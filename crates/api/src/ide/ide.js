'use strict';
// The IDE: no framework, no dependency. The token stays in this tab's memory and nowhere else.
const $ = (id) => document.getElementById(id);
const START = `# Ctrl+Enter runs what stands here. Sign in above first.
query Viewer {
  viewer {
    tenant { id baseCurrency timeZone }
    rights { object act reach }
  }
}
`;
$('query').value = sessionStorage.getItem('query') ?? START;
$('variables').value = sessionStorage.getItem('variables') ?? '';
let running = null;

function headers() {
  const all = {
    'content-type': 'application/json',
    'accept': 'application/graphql-response+json',
    'accept-language': $('language').value,
  };
  if ($('token').value) all.authorization = `Bearer ${$('token').value}`;
  return all;
}

async function ask(body, signal) {
  const response = await fetch('/graphql', { method: 'POST', headers: headers(), body: JSON.stringify(body), signal });
  const text = await response.text();
  try {
    return { status: response.status, answer: JSON.parse(text) };
  } catch {
    return { status: response.status, answer: text };
  }
}

function show(value, more) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  $('answer').textContent = more ? `${text}\n\n${$('answer').textContent}`.slice(0, 200000) : text;
}

// Operations by name: enough to offer a choice, the server does the real parsing.
function operations(text) {
  const plain = text.replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g, ' ');
  const found = [...plain.matchAll(/\b(query|mutation|subscription)\b\s*([_A-Za-z]\w*)?\s*[({@]/g)];
  return found.map((match) => ({ kind: match[1], name: match[2] ?? null }));
}

function chosen() {
  const all = operations($('query').value);
  const select = $('operation');
  const named = all.filter((operation) => operation.name);
  const before = select.value;
  select.replaceChildren(...named.map((operation) => new Option(operation.name)));
  select.hidden = all.length < 2;
  if (named.some((operation) => operation.name === before)) select.value = before;
  return all.length < 2 ? all[0] : named.find((operation) => operation.name === select.value);
}

async function run() {
  stop();
  let variables;
  try {
    variables = $('variables').value.trim() ? JSON.parse($('variables').value) : undefined;
  } catch (error) {
    return show(`Variables are not JSON: ${error.message}`);
  }
  sessionStorage.setItem('query', $('query').value);
  sessionStorage.setItem('variables', $('variables').value);
  const operation = chosen();
  const body = { query: $('query').value, variables, operationName: operation?.name ?? undefined };
  if (operation?.kind === 'subscription') return listen(body);
  const abort = new AbortController();
  running = () => abort.abort();
  $('stop').disabled = false;
  const began = performance.now();
  try {
    const { status, answer } = await ask(body, abort.signal);
    $('status').textContent = `${status} · ${Math.round(performance.now() - began)} ms`;
    show(answer);
  } catch (error) {
    show(String(error));
  }
  stop();
}

function listen(payload) {
  const address = new URL('/graphql/ws', location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const socket = new WebSocket(address, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  running = () => socket.close(1000);
  $('stop').disabled = false;
  $('answer').textContent = '';
  socket.onopen = () => send({
    type: 'connection_init',
    payload: { authorization: `Bearer ${$('token').value}`, language: $('language').value },
  });
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload });
    if (message.type === 'ping') send({ type: 'pong' });
    if (message.type === 'next' || message.type === 'error') show(message.payload, true);
    if (message.type === 'complete' || message.type === 'error') stop();
  };
  socket.onclose = (event) => {
    $('status').textContent = `closed ${event.code} ${event.reason}`;
    $('stop').disabled = true;
  };
  $('status').textContent = 'listening';
}

function stop() {
  const end = running;
  running = null;
  $('stop').disabled = true;
  if (end) end();
}

async function signIn(event) {
  event.preventDefault();
  const query = `mutation SignIn($input: SignInInput!) {
    signIn(input: $input) { accessToken userErrors { message } } }`;
  const input = { tenant: $('tenant').value, email: $('email').value, password: $('password').value };
  $('token').value = '';
  const { answer } = await ask({ query, variables: { input } });
  const payload = answer?.data?.signIn;
  if (!payload?.accessToken) return show(payload?.userErrors?.length ? payload.userErrors : answer);
  $('token').value = payload.accessToken;
  $('password').value = '';
  $('who').textContent = `${input.email} · ${input.tenant}`;
  await readSchema();
}

// Documentation by introspection.
const TYPE = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';
const SCHEMA = `{ __schema { types { kind name description
  fields { name description type { ${TYPE} } args { name description type { ${TYPE} } } }
  inputFields { name description type { ${TYPE} } }
  enumValues { name description } possibleTypes { name } } } }`;
let types = new Map();
const visited = [];

async function readSchema() {
  const { answer } = await ask({ query: SCHEMA });
  const list = answer?.data?.__schema?.types;
  if (!list) return;
  types = new Map(list.filter((type) => !type.name.startsWith('__')).map((type) => [type.name, type]));
  visited.length = 0;
  open('Query');
}

function written(type) {
  if (type.kind === 'NON_NULL') return `${written(type.ofType)}!`;
  if (type.kind === 'LIST') return `[${written(type.ofType)}]`;
  return type.name;
}

function element(tag, text, onclick) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (onclick) made.onclick = onclick;
  return made;
}

function link(type) {
  let named = type;
  while (named.ofType) named = named.ofType;
  return element('button', written(type), () => open(named.name));
}

function field(of, list) {
  const name = element('dt', of.name + (of.args?.length ? '(…)' : ''));
  if (of.type) name.append(': ', link(of.type));
  list.append(name, element('dd', of.description ?? ''));
  for (const argument of of.args ?? []) {
    const line = element('dd', `${argument.name}: `);
    line.append(link(argument.type), ` ${argument.description ?? ''}`);
    list.append(line);
  }
}

function open(name, isBack) {
  const type = types.get(name);
  if (!type) return;
  if (!isBack) visited.push(name);
  $('back').disabled = visited.length < 2;
  const list = element('dl');
  for (const part of [...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])]) field(part, list);
  for (const possible of type.possibleTypes ?? []) list.append(element('dt', possible.name, () => open(possible.name)));
  const roots = element('p');
  for (const root of ['Query', 'Mutation', 'Subscription']) {
    if (types.has(root)) roots.append(element('button', root, () => open(root)), ' ');
  }
  $('doc').replaceChildren(roots, element('h2', name), element('p', type.description ?? ''), list);
}

function find() {
  const wanted = $('find').value.toLowerCase();
  if (wanted.length < 2) return open(visited.at(-1) ?? 'Query', true);
  const list = element('dl');
  for (const type of types.values()) {
    if (type.name.toLowerCase().includes(wanted)) {
      const line = element('dt');
      line.append(element('button', type.name, () => open(type.name)));
      list.append(line);
    }
    for (const part of type.fields ?? []) {
      if (!part.name.toLowerCase().includes(wanted)) continue;
      const line = element('dt');
      line.append(element('button', `${type.name}.${part.name}`, () => open(type.name)));
      list.append(line);
    }
  }
  $('doc').replaceChildren(list);
}

$('run').onclick = run;
$('stop').onclick = stop;
$('sign-in').onsubmit = signIn;
$('token').onchange = readSchema;
$('find').oninput = find;
$('query').oninput = chosen;
$('back').onclick = () => { visited.pop(); open(visited.at(-1), true); };
document.onkeydown = (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); }
};
$('query').onkeydown = (event) => {
  if (event.key !== 'Tab' || event.shiftKey) return;
  event.preventDefault();
  event.target.setRangeText('  ', event.target.selectionStart, event.target.selectionEnd, 'end');
};
chosen();
readSchema();
