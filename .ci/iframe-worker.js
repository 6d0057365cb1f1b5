// Browsers start no worker from a file. Where the site is opened from a folder, the one that searches runs in a frame.
if (location.protocol === "file:")
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      this.frame.contentWindow.postMessage = (data) => {
        const message = new MessageEvent("message", { data: structuredClone(data) });
        this.onmessage?.(message);
        this.dispatchEvent(message);
      };
      this.ready = new Promise((resolve) => {
        const script = this.frame.contentDocument.createElement("script");
        script.src = address;
        script.onload = resolve;
        this.frame.contentDocument.body.append(script);
      });
    }
    async postMessage(data) {
      await this.ready;
      this.frame.contentWindow?.dispatchEvent(new MessageEvent("message", { data: structuredClone(data) }));
    }
    terminate() {
      this.frame.remove();
    }
  };
