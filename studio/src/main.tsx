import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/shell.css';
import { render } from 'preact';
import { Shell } from './shell/Shell.js';

render(<Shell />, document.getElementById('studio')!);
