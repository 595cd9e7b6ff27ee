// The one form of the page goes on by itself; without scripts its button does.
document.querySelector("form[data-send-on]").submit();
