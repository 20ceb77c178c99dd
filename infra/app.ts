import { App } from 'aws-cdk-lib';
import { addRelais } from './relais.ts';

const app = new App();
addRelais(app);
app.synth();
