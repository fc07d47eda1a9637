/** The browser's entry. */
import './styles/index.css';
import { startApp } from './shell/app.tsx';

const element = document.getElementById('root');
if (element) startApp(element);
