using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Residency;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.ApiKeys;
using Banyan.Services.Identity.Credentials;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.OpenIdConnect;
using Banyan.Services.Identity.Pages;
using Banyan.Services.Identity.Passkeys;
using Banyan.Services.Identity.Passwords;
using Banyan.Services.Identity.SecondFactor;
using Banyan.Services.Identity.Sessions;
using Banyan.Services.Identity.Tokens;
using Banyan.Services.Identity.Verification;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Banyan.Services.Identity;

/// <summary>
/// Who people and machines are: accounts, logins, an OpenID Connect provider, API keys, and how well people are known. From
/// the container it needs <see cref="Banyan.Cells.Personal.IKeyVault"/> and <see cref="IAccessDirectory"/>, which a cell has
/// by its options (<c>Keys</c>, <c>Access</c>), beside what every service gets. See docs/identity.md.
/// </summary>
public sealed class IdentityService : IService
{
    /// <summary>The service's name, and its schema's.</summary>
    public const string ServiceName = "identity";

    /// <inheritdoc/>
    public string Name => ServiceName;

    /// <inheritdoc/>
    public IReadOnlyList<string> Topics { get; } = [IdentityTopics.Accounts, IdentityTopics.Sessions, IdentityTopics.Credentials, IdentityTopics.Cases, IdentityTopics.Issued, IdentityTopics.Messages];

    /// <inheritdoc/>
    public IReadOnlyList<SchemaMigration> Migrations { get; } = SchemaMigration.FromEmbedded(typeof(IdentityService).Assembly);

    /// <inheritdoc/>
    public ServiceData Data => IdentityData.Data;

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services, CellContext cell)
    {
        // The directory of a running platform is where changes to it go, too.
        services.TryAddSingleton<IAccessPublisher>(static p => p.GetRequiredService<IAccessDirectory>() as IAccessPublisher ?? throw new InvalidOperationException("The identity service needs an IAccessPublisher."));
        var settings = IdentitySettings.From(cell);
        services.AddSingleton(settings).AddSingleton<Homes>().AddSingleton<ChangeKeys>();
        services.AddSingleton<HomeFinder>().AddSingleton<Forwarding>().AddSingleton<ClientTelling>();
        services.AddSingleton<AccountStore>().AddSingleton<Messages>().AddSingleton<Confirmations>().AddSingleton<Registration>().AddSingleton<Invitations>();
        services.AddSingleton<RegistrationEndpoints>().AddSingleton<AccountEndpoints>().AddSingleton<MessageEndpoints>();
        services.AddSingleton<PasswordHasher>().AddSingleton<TotpStore>().AddSingleton<SecondFactorSetup>().AddSingleton<SecondFactorEndpoints>();
        services.AddSingleton<LoginAttempts>().AddSingleton<Login>().AddSingleton<SessionBeginning>().AddSingleton<Recheck>().AddSingleton<SessionStore>().AddSingleton<SessionCookie>().AddSingleton<SessionEndpoints>();
        services.AddSingleton<RelyingParty>().AddSingleton<PasskeyVerifier>().AddSingleton<Ceremonies>().AddSingleton<PasskeyStore>().AddSingleton<PasskeyTaking>();
        services.AddSingleton<PasskeyLogin>().AddSingleton<PasskeySetup>().AddSingleton<PasskeyEndpoints>();
        services.AddSingleton<SessionEnding>().AddSingleton<SigningKeys>().AddSingleton<TokenIssuer>();
        services.AddSingleton<ClientStore>().AddSingleton<GrantStore>().AddSingleton<ClientAuthentication>().AddSingleton<ClientEndpoints>();
        services.AddSingleton<DiscoveryEndpoints>().AddSingleton<AuthorizeEndpoint>().AddSingleton<TokenEndpoint>().AddSingleton<TokenStateEndpoints>();
        services.AddSingleton<ApiKeyStore>().AddSingleton<ApiKeyEndpoints>();
        services.AddSingleton<IWatchList>(static p => FileWatchList.Of(p.GetRequiredService<IdentitySettings>()));
        services.AddSingleton<CaseStore>().AddSingleton<CaseEndpoints>().AddSingleton<CaseDecisions>();
        services.AddSingleton<Organisations>().AddSingleton<IssuerKeys>().AddSingleton<StatusLists>().AddSingleton<CredentialStore>().AddSingleton<CredentialText>().AddSingleton<HolderProof>().AddSingleton<PlatformSources>();
        services.AddSingleton<DocumentEndpoints>().AddSingleton<IssuerKeyEndpoints>().AddSingleton<CredentialEndpoints>().AddSingleton<RevocationEndpoints>().AddSingleton<EvidenceEndpoints>().AddSingleton<CheckEndpoint>();
        services.AddSingleton<CaseReversal>();
        services.AddSingleton<Page>().AddSingleton<Forms>().AddSingleton<LoginPages>().AddSingleton<RegistrationPages>().AddSingleton<AccountPages>().AddSingleton<SecondFactorPages>().AddSingleton<PasskeyForms>().AddSingleton<PasskeyPages>();
        if (settings.Provider is null)
        {
            services.AddSingleton<IHostedService>(static p => p.GetRequiredService<SigningKeys>());
            services.AddSingleton<IHostedService>(static p => p.GetRequiredService<SessionEnding>());
            services.AddSingleton<IHostedService>(static p => p.GetRequiredService<ClientTelling>());
        }

        services.AddHostedService<Housekeeping>();
    }

    /// <inheritdoc/>
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        services.GetRequiredService<ApiKeyEndpoints>().Map(routes);
        services.GetRequiredService<DocumentEndpoints>().Map(routes);
        services.GetRequiredService<IssuerKeyEndpoints>().Map(routes);
        services.GetRequiredService<EvidenceEndpoints>().Map(routes);
        services.GetRequiredService<CheckEndpoint>().Map(routes);
        if (services.GetRequiredService<IdentitySettings>().Provider is not null)
            return; // People, their logins and their tokens are the provider's.
        services.GetRequiredService<HomeFinder>().Map(routes);
        services.GetRequiredService<RegistrationEndpoints>().Map(routes);
        services.GetRequiredService<AccountEndpoints>().Map(routes);
        services.GetRequiredService<Invitations>().Map(routes);
        services.GetRequiredService<MessageEndpoints>().Map(routes);
        services.GetRequiredService<SecondFactorEndpoints>().Map(routes);
        services.GetRequiredService<SessionEndpoints>().Map(routes);
        services.GetRequiredService<PasskeyEndpoints>().Map(routes);
        services.GetRequiredService<DiscoveryEndpoints>().Map(routes);
        services.GetRequiredService<AuthorizeEndpoint>().Map(routes);
        services.GetRequiredService<TokenEndpoint>().Map(routes);
        services.GetRequiredService<TokenStateEndpoints>().Map(routes);
        services.GetRequiredService<ClientEndpoints>().Map(routes);
        services.GetRequiredService<CaseEndpoints>().Map(routes);
        services.GetRequiredService<CaseDecisions>().Map(routes);
        services.GetRequiredService<CaseReversal>().Map(routes);
        services.GetRequiredService<CredentialEndpoints>().Map(routes);
        services.GetRequiredService<RevocationEndpoints>().Map(routes);
        services.GetRequiredService<LoginPages>().Map(routes);
        services.GetRequiredService<RegistrationPages>().Map(routes);
        services.GetRequiredService<AccountPages>().Map(routes);
        services.GetRequiredService<SecondFactorPages>().Map(routes);
        services.GetRequiredService<PasskeyPages>().Map(routes);
    }
}
