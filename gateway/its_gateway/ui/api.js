// The gateway's API, asked with the key that the page was given.
const PLACE = "its-key";

export const key = {
  get: () => sessionStorage.getItem(PLACE) ?? "",
  set: (value) => sessionStorage.setItem(PLACE, value.trim()),
};

// The gateway can't be reached, or the connection to it broke off: it may come back.
export class Gone extends Error {}

export const WANTED = "its-key-wanted"; // what the document hears of when a key is needed, or another one

// Waits for so many seconds; raises when `signal` is given meanwhile.
export const pause = (seconds, signal) => new Promise((done, refused) => {
  const timer = setTimeout(done, 1000 * seconds);
  signal.addEventListener("abort", () => (clearTimeout(timer), refused(signal.reason)), { once: true });
});

function headers(more = {}) {
  return key.get() ? { authorization: `Bearer ${key.get()}`, ...more } : more;
}

async function answered(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: headers(options.headers) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Gone("The gateway doesn't answer. Is it running?");
  }
  if (response.ok) return response;
  if (response.status === 401) document.dispatchEvent(new Event(WANTED));
  const told = await response.json().catch(() => null);
  throw new Error(told?.error?.message ?? `The gateway answered ${response.status}.`);
}

export const get = async (path, signal) => (await answered(path, { signal })).json();

function broken(error) {
  if (error.name === "AbortError") throw error;
  throw new Gone("The connection to the gateway broke off.");
}

async function* messages(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(broken);
      if (done) throw new Gone("The connection to the gateway broke off.");
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        if (part === "data: [DONE]") return;
        if (!part.startsWith("data: ")) continue;
        const message = JSON.parse(part.slice(6));
        if (message.error) throw new Error(message.error.message);
        yield message;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export async function* watch(trace, signal) {
  yield* messages(await answered(`v1/traces/${encodeURIComponent(trace)}/events`, { signal }));
}

// Asks a question; calls `named` with the id of its run as soon as there is one. Ends when the answer is there.
export async function ask(question, named, signal) {
  const body = {
    model: question.model,
    messages: [{ role: "user", content: question.text }],
    budget: question.budget,
    stream: true,
    its: { progress: true },
    ...(question.seed === "" ? {} : { seed: Number(question.seed) }),
  };
  const response = await answered("v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  let known = false;
  for await (const chunk of messages(response)) {
    if (known || !chunk.its?.trace_id) continue;
    known = true;
    named(chunk.its.trace_id);
  }
}
