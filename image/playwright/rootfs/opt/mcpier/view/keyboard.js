// The on-screen keyboard of phones types into a hidden field; its input becomes key strokes.
const field = document.getElementById('typed');

// X11 key symbols (keysymdef.h).
const BACKSPACE = 0xff08;
const RETURN = 0xff0d;
const UNICODE = 0x01000000;
const LAST_LATIN_1 = 0xff;

let current = null;

function keysym(character) {
  if (character === '\n') {
    return RETURN;
  }
  const code = character.codePointAt(0);
  return code <= LAST_LATIN_1 ? code : UNICODE | code;
}

field.addEventListener('beforeinput', (event) => {
  event.preventDefault();
  if (event.inputType === 'deleteContentBackward') {
    current?.sendKey(BACKSPACE, 'Backspace');
    return;
  }
  const text = event.inputType === 'insertLineBreak' ? '\n' : event.data ?? '';
  for (const character of text) {
    current?.sendKey(keysym(character));
  }
});
document.getElementById('keyboard').addEventListener('click', () => field.focus());

export function connectKeyboard(rfb) {
  current = rfb;
}
