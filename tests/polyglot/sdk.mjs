// The official SDK for Node in front of the gateway: runs every scenario and prints what each gave.
//
//     node sdk.mjs SCENARIOS URL FLAKY_URL
import { readFileSync } from "node:fs";
import OpenAI from "openai";

const [scenarios, url, flaky] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused", maxRetries: 0 });

function summary(completion) {
  const [first] = completion.choices;
  const tokens = first.logprobs?.content ?? [];
  const usage = completion.usage;
  return {
    choices: completion.choices.length,
    texts: completion.choices.map((choice) => choice.message.content ?? ""),
    text: first.message.content ?? "",
    finish_reason: first.finish_reason,
    refused: Boolean(first.message.refusal),
    calls: (first.message.tool_calls ?? []).map((call) => [call.function.name, JSON.parse(call.function.arguments)]),
    tokens_make_the_text: Buffer.from(tokens.flatMap((token) => token.bytes)).toString() === (first.message.content ?? ""),
    alternatives: tokens[0]?.top_logprobs.length ?? 0,
    usage_adds_up: usage ? usage.prompt_tokens + usage.completion_tokens === usage.total_tokens : null,
  };
}

function figures(completion) {
  const { algorithm = null, candidates = [] } = completion.its ?? {};
  return { algorithm, candidates: candidates.length };
}

function responded({ status, output, output_text, usage }) {
  const said = output.filter((item) => item.type === "message").flatMap((item) => item.content);
  const bytes = said.flatMap((part) => part.logprobs).flatMap((token) => token.bytes);
  return {
    status,
    text: output_text,
    calls: output.filter((item) => item.type === "function_call").map((item) => [item.name, JSON.parse(item.arguments)]),
    tokens_make_the_text: Buffer.from(bytes).toString() === output_text,
    usage_adds_up: usage.input_tokens + usage.output_tokens === usage.total_tokens,
  };
}

function texts({ prompt }, byIndex) {
  const said = prompt.map((_, index) => byIndex[index]);
  return {
    choices: Object.keys(byIndex).length,
    texts: said,
    prompts_come_first: said.every((text, index) => text.startsWith(prompt[index])),
  };
}

async function refusal(asking) {
  try {
    await asking();
  } catch (error) {
    return { status: error.status, code: error.code, param: error.param, type: error.type };
  }
  return {};
}

const deeds = {
  chat: async (request) => {
    const completion = await client.chat.completions.create(request);
    return { ...summary(completion), ...figures(completion) };
  },
  stream: async (request) => summary(await client.chat.completions.stream(request).finalChatCompletion()),
  chunks: async (request) => {
    const spelled = [];
    for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
      const { delta, logprobs } = choices[0];
      if (!delta.content) continue;
      const bytes = logprobs.content.flatMap((token) => token.bytes);
      spelled.push(Buffer.from(bytes).toString() === delta.content);
    }
    return { tokens_make_each_text: spelled.every(Boolean), several: spelled.length > 1 };
  },
  send_back: async (request) => {
    const message = await client.chat.completions.stream(request).finalMessage();
    const result = { role: "tool", tool_call_id: message.tool_calls[0].id, content: "42" };
    const messages = [...request.messages, message, result];
    return summary(await client.chat.completions.create({ model: request.model, messages }));
  },
  error: (request) => refusal(() => client.chat.completions.create(request)),
  stream_error: (request) => refusal(() => client.chat.completions.create({ ...request, stream: true })),
  cancel: async (request) => {
    const stream = await client.chat.completions.create({ ...request, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0].delta.role === "assistant") break; // leaving the loop aborts the request
    }
    return { left: stream.controller.signal.aborted };
  },
  retry: async (request) => {
    const patient = new OpenAI({ baseURL: `${flaky}/v1`, apiKey: "unused", maxRetries: 2 });
    const completion = await patient.chat.completions.create(request);
    return { ...summary(completion), ...figures(completion) };
  },
  models: async ({ model }) => {
    const listed = [];
    for await (const one of client.models.list()) listed.push(one.id);
    return { listed: listed.includes(model), retrieved: (await client.models.retrieve(model)).id };
  },
  response: async (request) => responded(await client.responses.create(request)),
  response_stream: async (request) => responded(await client.responses.stream(request).finalResponse()),
  response_error: (request) => refusal(() => client.responses.create(request)),
  completion: async (request) => {
    const { choices } = await client.completions.create(request);
    return texts(request, Object.fromEntries(choices.map(({ index, text }) => [index, text])));
  },
  completion_stream: async (request) => {
    const said = {};
    for await (const { choices } of await client.completions.create({ ...request, stream: true }))
      for (const { index, text } of choices) said[index] = (said[index] ?? "") + text;
    return texts(request, said);
  },
};

const given = {};
for (const { name, does, request } of JSON.parse(readFileSync(scenarios, "utf8"))) {
  given[name] = await deeds[does](request).catch((error) => ({ failed: String(error) }));
}
console.log(JSON.stringify(given));
