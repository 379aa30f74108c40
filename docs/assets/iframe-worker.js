// Browsers give no worker to a page that was opened from the disk. There the search runs in a hidden frame instead.
// The name of this file tells mkdocs-material's `offline` that such a script is there, so that it names none on another host.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.waiting = []
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.append(frame)
      const inner = frame.contentWindow
      const home = new URL(url, document.baseURI)
      const load = address => new Promise((done, failed) => {
        const script = inner.document.createElement("script")
        Object.assign(script, { src: new URL(address, home), onload: done, onerror: failed })
        inner.document.head.append(script)
      })
      inner.importScripts = (...addresses) => addresses.reduce((before, next) => before.then(() => load(next)), Promise.resolve())
      inner.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }))
      load(home).then(() => {
        this.send = data => inner.dispatchEvent(new MessageEvent("message", { data }))
        this.waiting.splice(0).forEach(this.send)
      })
    }

    postMessage(data) {
      this.send ? this.send(data) : this.waiting.push(data)
    }

    terminate() {}
  }
}
