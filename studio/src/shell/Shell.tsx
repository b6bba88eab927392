/** The page around the rooms: heading, navigation, language, theme. */
import type { FunctionComponent } from 'preact';
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks';
import { Button, Message, messageOf, Segments } from '../components/index.js';
import { type RoomEntry, rooms } from '../rooms/registry.js';
import { currentRoom, roomLink, writeAddress } from '../state/address.js';
import { dictionary } from '../text/dictionary.js';
import { chooseLanguage, type Language, language } from '../text/language.js';
import { chooseTheme, type Theme, theme } from './theme.js';

const t = dictionary(
  {
    title: 'Lexigrad studio',
    skip: 'Skip to the room',
    rooms: 'Rooms',
    language: 'Language',
    theme: 'Theme',
    system: 'As the system',
    light: 'Light',
    dark: 'Dark',
    welcome: 'See a network think',
    intro:
      'From one unit to the next word. Everything is computed in this browser by the library itself, and nothing leaves it. The address of the page holds what you see: copy it to share a view.',
    unknown: (name: string) => `There is no room “${name}”. Choose one of these.`,
    loading: 'Opening the room …',
    notLoaded: (reason: string) => `The room could not be opened: ${reason}`,
    broken: (reason: string) => `Something in this room broke: ${reason}`,
    again: 'Try again',
  },
  {
    title: 'Lexigrad 工作室',
    skip: '跳到房间内容',
    rooms: '房间',
    language: '语言',
    theme: '主题',
    system: '跟随系统',
    light: '浅色',
    dark: '深色',
    welcome: '看网络如何思考',
    intro:
      '从一个神经单元到下一个词。一切都由这个库在浏览器里计算，任何内容都不会离开它。网址记录了你所看到的状态：复制网址即可分享。',
    unknown: (name) => `没有名为“${name}”的房间，请从下面选择一个。`,
    loading: '正在打开房间……',
    notLoaded: (reason) => `房间打不开：${reason}`,
    broken: (reason) => `这个房间出了问题：${reason}`,
    again: '重试',
  },
);

export function Shell() {
  const id = currentRoom.value;
  const room = rooms.find((entry) => entry.id === id);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const title = room?.title[language.value];
  useEffect(() => {
    document.title = title === undefined ? t().title : `${title} · ${t().title}`;
  }, [title, language.value]);
  useEffect(() => {
    // Whoever goes to a room by keyboard goes on reading there.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [id]);
  return (
    <>
      <button type="button" class="skip button" onClick={() => main.current?.focus()}>
        {t().skip}
      </button>
      <Top />
      <Rooms here={id} />
      <main class="room" id="room" tabIndex={-1} ref={main}>
        {room === undefined ? <Entrance unknown={id} /> : <Opened key={room.id} room={room} />}
      </main>
    </>
  );
}

function Top() {
  return (
    <header class="top">
      <a class="brand" href={roomLink('')}>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="var(--accent)" />
          <path
            d="M9 8v16h14"
            fill="none"
            stroke="var(--on-accent)"
            stroke-width="3.5"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
          <circle cx="21" cy="12" r="3.5" fill="var(--negative)" />
        </svg>
        {t().title}
      </a>
      <Segments<Language>
        label={t().language}
        value={language.value}
        onChange={chooseLanguage}
        options={[
          ['en', 'EN'],
          ['zh', '中文'],
        ]}
      />
      <Segments<Theme>
        label={t().theme}
        value={theme.value}
        onChange={chooseTheme}
        options={[
          ['system', <ThemeIcon key="system" path={HALF} />, t().system],
          ['light', <ThemeIcon key="light" path={SUN} />, t().light],
          ['dark', <ThemeIcon key="dark" path={MOON} />, t().dark],
        ]}
      />
    </header>
  );
}

const HALF = 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18v18M12 7h5.500M12 12h8.500M12 17h5.5';
const SUN =
  'M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.400M17.6 17.6 19 19M5 19l1.4-1.400M17.6 6.4 19 5';
const MOON = 'M20 14.500A8.5 8.5 0 0 1 9.5 4A8.5 8.5 0 1 0 20 14.500z';

function ThemeIcon({ path }: { readonly path: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

function Rooms({ here }: { readonly here: string }) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // On narrow screens the rooms stand in a row that scrolls.
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [here]);
  return (
    <nav class="rooms" aria-label={t().rooms}>
      <ul ref={list}>
        {rooms.map(({ id, title }) => (
          <li key={id}>
            <a href={roomLink(id)} aria-current={id === here ? 'page' : undefined} onClick={writeAddress}>
              {title[language.value]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Entrance({ unknown }: { readonly unknown: string }) {
  return (
    <>
      <header class="room-head">
        <h1>{t().welcome}</h1>
        <p>{t().intro}</p>
      </header>
      <div class="stack">
        {unknown !== '' && <Message kind="warning">{t().unknown(unknown)}</Message>}
        <ul class="entrance">
          {rooms.map(({ id, title, about }) => (
            <li key={id}>
              <a href={roomLink(id)}>
                <strong>{title[language.value]}</strong>
                {about[language.value]}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

/** The heading of a room, and the room when it is fetched. */
function Opened({ room }: { readonly room: RoomEntry }) {
  const [Loaded, setLoaded] = useState<FunctionComponent>();
  const [failure, setFailure] = useState<string>();
  const [broken, repair] = useErrorBoundary((error) => console.error(error));
  const open = () => {
    setFailure(undefined);
    room.load().then(
      (module) => setLoaded(() => module.default),
      (error) => setFailure(messageOf(error)),
    );
  };
  useEffect(open, [room]);
  return (
    <>
      <header class="room-head">
        <h1>{room.title[language.value]}</h1>
        <p>{room.about[language.value]}</p>
      </header>
      {broken !== undefined ? (
        <Message kind="error">
          {t().broken(messageOf(broken))} <Button onClick={repair}>{t().again}</Button>
        </Message>
      ) : failure !== undefined ? (
        <Message kind="error">
          {t().notLoaded(failure)} <Button onClick={open}>{t().again}</Button>
        </Message>
      ) : Loaded === undefined ? (
        <p class="muted" role="status">
          {t().loading}
        </p>
      ) : (
        <Loaded />
      )}
    </>
  );
}
