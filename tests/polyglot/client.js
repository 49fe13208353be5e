// A client of the orchestrator in Node that knows nothing but the .proto files.
//
//     node client.js HOST:PORT QUESTION ALGORITHM BUDGET
//
// Prints one JSON object: the names of the algorithms, the kinds of the events in order, the text of the answer.
"use strict";

const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const PROTOS = path.resolve(__dirname, "../../protos");

function orchestrator(address) {
  const definition = loader.loadSync("its/orchestrator/v1/orchestrator.proto", {
    includeDirs: [PROTOS, path.join(PROTOS, "third_party")],
    keepCase: true,
    enums: String,
    longs: String,
    oneofs: true,
  });
  const { OrchestratorService } = grpc.loadPackageDefinition(definition).its.orchestrator.v1;
  return new OrchestratorService(address, grpc.credentials.createInsecure());
}

function listed(client) {
  return new Promise((resolve, reject) => {
    client.ListAlgorithms({}, { deadline: soon() }, (error, response) => {
      if (error) reject(error);
      else resolve(response.algorithms.map((algorithm) => algorithm.name));
    });
  });
}

async function solved(client, question, algorithm, budget) {
  const messages = [{ role: "ROLE_USER", content: [{ text: question }] }];
  const request = { request_id: "polyglot", conversation: { messages }, algorithm, budget: { samples: budget } };
  const events = [];
  let answer = null;
  for await (const { event } of client.Solve({ ...request, detail: "DETAIL_ALL" }, { deadline: soon() })) {
    events.push(event.kind);
    if (event.kind === "answer") answer = event.answer;
  }
  return { events, text: answer.message.content[0].text, stopped_by: answer.stopped_by };
}

function soon() {
  return Date.now() + 60_000;
}

async function main([address, question, algorithm, budget]) {
  const client = orchestrator(address);
  try {
    const algorithms = await listed(client);
    console.log(JSON.stringify({ algorithms, ...(await solved(client, question, algorithm, Number(budget))) }));
  } catch (error) {
    console.log(JSON.stringify({ code: error.code, details: error.details ?? String(error) }));
    process.exitCode = 1;
  } finally {
    client.close();
  }
}

main(process.argv.slice(2));
