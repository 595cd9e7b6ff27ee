/* Shows the questions of a unit one by one, marks them, and tells the learning system (SCORM 1.2) status, score and answers. */
"use strict";
(function () {
  const unit = JSON.parse(document.getElementById("unit").textContent);
  const read = document.getElementById("read"), exam = document.getElementById("exam");
  const questions = unit.questions, words = unit.words, begun = Date.now();
  const needed = Math.max(1, Math.ceil(unit.cut * questions.length - 1e-9));
  let given = questions.map(() => -1), at = -1, over = false, ended = false, seed = Math.floor(Math.random() * 2147483646) + 1;

  /* The learning system puts an object named API into a window above this one, or into the one that opened it. */
  function find(from) {
    let now = from;
    for (let depth = 0; now && depth < 12; depth++) {
      try { if (now.API) return now.API; } catch (refused) { return null; } // another origin
      if (now.parent === now) return null;
      now = now.parent;
    }
    return null;
  }
  const api = find(window) || (window.opener && find(window.opener)) || null;
  const tell = (name, value) => { if (api) api.LMSSetValue(name, String(value)); };
  const ask = (name) => (api ? String(api.LMSGetValue(name)) : "");
  const keep = () => { if (api) api.LMSCommit(""); };

  function length(ms) { // HHHH:MM:SS.SS
    const s = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0");
    return String(Math.floor(s / 3600)).padStart(4, "0") + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60) + ".00";
  }
  function leave() {
    if (!api || ended) return;
    ended = true;
    if (!over) tell("cmi.core.exit", "suspend");
    tell("cmi.core.session_time", length(Date.now() - begun));
    keep();
    api.LMSFinish("");
  }
  function stored() { // answers of an earlier visit
    try {
      const [count, from, answers, before] = JSON.parse(ask("cmi.suspend_data"));
      if (count === questions.length && answers.length === count) { given = answers; at = from; seed = before; }
    } catch (none) { /* a first visit */ }
  }

  function order(number, count) { // of a question's choices: mixed for each person, the same when one comes back
    const places = Array.from({ length: count }, (none, place) => place);
    let state = (seed + number * 7919) % 2147483647 || 1;
    for (let last = count - 1; last > 0; last--) {
      state = (state * 48271) % 2147483647; // Park and Miller's generator
      const other = state % (last + 1);
      [places[last], places[other]] = [places[other], places[last]];
    }
    return places;
  }
  function make(tag, text, name) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (name) made.className = name;
    return made;
  }
  function button(text, name, act) {
    const made = make("button", text, name);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key]);

  function show(place) {
    at = place;
    read.hidden = at >= 0;
    exam.replaceChildren();
    if (at < 0) {
      exam.append(make("p", fill(words.needed, { needed, total: questions.length }), "quiet"), button(words.start, "", () => show(0)));
      return;
    }
    const one = questions[at], set = make("fieldset"), head = make("legend", fill(words.question_of, { n: at + 1, total: questions.length }));
    head.tabIndex = -1;
    set.append(head);
    if (one.shown) { const quoted = make("div", one.shown, "shown"); quoted.dir = "auto"; set.append(quoted); }
    if (one.ask) set.append(make("p", one.ask));
    order(at, one.options.length).forEach((place) => {
      const option = one.options[place], label = make("label"), input = document.createElement("input");
      input.type = "radio"; input.name = "answer"; input.value = place; input.checked = given[at] === place;
      input.addEventListener("change", () => { given[at] = place; note(); });
      label.append(input, make("span", option));
      set.append(label);
    });
    const said = make("p", "", "said");
    said.setAttribute("role", "alert");
    const steps = make("div", "", "steps"), last = at === questions.length - 1;
    steps.append(
      button(words.back, "plain", () => show(at - 1)),
      button(last ? words.finish : words.next, "", () => {
        if (given[at] < 0) { said.textContent = words.choose; return; }
        const open = given.indexOf(-1);
        if (!last) show(at + 1); else if (open >= 0) show(open); else finish();
      }));
    exam.append(set, said, steps);
    head.focus();
  }
  function note() {
    tell("cmi.suspend_data", JSON.stringify([questions.length, at, given, seed]));
    tell("cmi.core.lesson_location", at);
    keep();
  }

  function finish() {
    over = true;
    const right = questions.filter((one, place) => one.right === given[place]).length;
    const passed = right >= needed;
    questions.forEach((one, place) => {
      const name = "cmi.interactions." + place + ".";
      tell(name + "id", one.key.replace(/[^A-Za-z0-9]/g, "_"));
      tell(name + "type", "choice");
      tell(name + "student_response", "abcdefghijklmnopqrstuvwxyz"[given[place]]);
      tell(name + "correct_responses.0.pattern", "abcdefghijklmnopqrstuvwxyz"[one.right]);
      tell(name + "result", one.right === given[place] ? "correct" : "wrong");
    });
    tell("cmi.core.score.min", 0);
    tell("cmi.core.score.max", 100);
    tell("cmi.core.score.raw", Math.round((10000 * right) / questions.length) / 100);
    tell("cmi.core.lesson_status", passed ? "passed" : "failed");
    tell("cmi.core.exit", "");
    keep();
    const head = make("h2", fill(words.result, { right, total: questions.length }) + ". " + (passed ? words.passed : words.failed));
    head.tabIndex = -1;
    head.id = "result";
    exam.replaceChildren(head, make("p", api ? words.closing : words.not_kept, "quiet"));
    questions.forEach((one, place) => {
      if (one.right === given[place]) return;
      const part = make("div", "", "wrong"), mine = make("p", words.yours + ": " + one.options[given[place]]);
      if (one.shown) part.append(make("p", one.shown, "quiet"));
      if (one.ask) part.append(make("p", one.ask));
      part.append(mine, make("p", words.right + ": " + one.options[one.right], "said"), make("p", one.why));
      exam.append(part);
    });
    head.focus();
    leave();
  }

  if (api) {
    api.LMSInitialize("");
    const status = ask("cmi.core.lesson_status");
    if (!status || status === "not attempted" || status === "unknown") tell("cmi.core.lesson_status", "incomplete");
    stored();
    keep();
  }
  window.addEventListener("pagehide", leave);
  if (!questions.length) { // a unit to read is done when it was opened
    tell("cmi.core.lesson_status", "completed");
    over = true;
    keep();
  } else {
    show(at);
  }
})();
