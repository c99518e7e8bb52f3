// An OpenID provider on a free port of 127.0.0.1, with the login pages that oidc-provider brings for
// trying it out: any name and password will do. Its only client is the gateway at the origin that
// it is started with.
import {readFileSync} from 'node:fs';
import {createServer} from 'node:https';
import Provider from 'oidc-provider';

const [gateway, accessTokenSeconds] = process.argv.slice(2);
const pem = readFileSync('provider.pem');
const server = createServer({cert: pem, key: pem});

server.listen(0, '127.0.0.1', () => {
  const issuer = `https://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'shop',
      client_secret: 'known-to-gateway-and-provider',
      client_name: 'Shop',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${gateway}/oauth2/callback`],
      post_logout_redirect_uris: [`${gateway}/bye`],
      backchannel_logout_uri: `https://127.0.0.1:${new URL(gateway).port}/oauth2/backchannel-logout`,
      backchannel_logout_session_required: true,
    }],
    claims: {openid: ['sub'], profile: ['name', 'groups']},
    conformIdTokenClaims: false, // so that the ID token has all of them
    cookies: {keys: ['signs the cookies of the provider']},
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({sub: id, name: `${id} Example`, groups: ['customers']}),
    }),
    features: {backchannelLogout: {enabled: true}},
    fetch: (url, {dispatcher, ...options}) => fetch(url, options), // theirs shuns 127.0.0.1
    ttl: {
      AccessToken: Number(accessTokenSeconds),
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
  });
  provider.on('backchannel.error', (_, error) => console.log(`not told: ${error}`));
  server.on('request', provider.callback());
  console.log(`provider at ${issuer}`);
});
