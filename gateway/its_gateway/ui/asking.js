// The form that asks a question; what is asked stays asked while the page is open.
import { ask, get } from "./api.js";
import { html } from "./dom.js";

export const EXAMPLE = "There are 24 people on a ferry. At the zoo one person in 2 stays. At the station there are 7 times as many people. At the harbour 5 people get on. At the school 4 more come on board. At the market 3 people get off. How many people does the ferry carry in the end?";
const questions = new Map(); // of the runs that this page began, by trace id

export const asked = (trace) => questions.get(trace) ?? "";

export async function models() {
  return (await get("v1/models")).data;
}

// A field with a label; `control` gets the id.
export function field(label, control) {
  control.id = `field-${label.toLowerCase().replace(/\W+/g, "-")}`;
  return html("div", { class: "field" }, html("label", { for: control.id }, label), control);
}

export function picker(known, favourite) {
  const options = known.map((one) => html("option", { value: one.id }, one.id));
  const control = html("select", {}, ...options);
  const found = known.find((one) => one.its?.algorithm === favourite && one.id.includes(":"));
  if (found) control.value = found.id;
  return control;
}

export const summary = (known, id) => {
  const its = known.find((one) => one.id === id)?.its;
  return its ? `${its.summary ?? ""} ${its.source ? `(${its.source})` : ""}` : "";
};

// Begins a run and returns its trace id; `failed` is called with what goes wrong after that.
export function begin(question, failed, signal) {
  return new Promise((found, refused) => {
    const named = (trace) => {
      questions.set(trace, question.text);
      found(trace);
    };
    ask(question, named, signal).then(() => refused(new Error("The run told no id.")), (error) => {
      refused(error);
      if (error.name !== "AbortError") failed(error);
    });
  });
}

export const complaint = (error) => html("p", { class: "error", role: "alert" }, error.message);
