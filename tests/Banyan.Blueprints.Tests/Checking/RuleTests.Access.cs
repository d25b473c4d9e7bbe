namespace Banyan.Blueprints.Tests.Checking;

/// <summary>The rules of <c>access</c>.</summary>
public partial class RuleTests
{
    private const string Two = "regions: { a: { jurisdiction: KE }, b: { jurisdiction: NG } }\n";
    private const string Health = "services: { health: { personal_data: true, actions: [records.read, records.write] } }\n";
    private const string Stakes = "compliance: { know_your_customer: { stakes: \"$10,000\" } }\nservices: { votes: { actions: stakes.place } }\n";

    public static TheoryData<string, string, string, string> AccessCases => new()
    {
        {
            "access.never", "access.rules.r.when",
            "access: { rules: { r: { effect: deny, actions: climate.*, when: { verification: [at least 2, below 2] } } } }",
            "access: { rules: { r: { effect: deny, actions: climate.*, when: { verification: [at least 2, below 3] } } } }"
        },
        {
            "access.never", "access.rules.r.when",
            "access: { rules: { r: { effect: allow, actions: climate.*, when: { jurisdiction: [KE, same as resource.jurisdiction], resource.jurisdiction: not KE } } } }",
            "access: { rules: { r: { effect: allow, actions: climate.*, when: { jurisdiction: [KE, same as resource.jurisdiction], resource.jurisdiction: not NG } } } }"
        },
        {
            "access.never", "access.rules.r.when",
            "access: { rules: { r: { effect: allow, actions: climate.*, when: { resource.owner: [same as subject, not same as subject] } } } }",
            "access: { rules: { r: { effect: allow, actions: climate.*, when: { resource.owner: not same as subject } } } }"
        },
        {
            "access.never", "access.rules.r.when",
            "access: { rules: { r: { effect: deny, actions: climate.*, when: { kind: [staff, not staff] } } } }",
            "access: { rules: { r: { effect: deny, actions: climate.*, when: { kind: [staff, machine, not staff] } } } }"
        },
        {
            "access.unreachable", "access.rules.late",
            "access: { rules: { all: { effect: deny, actions: disaster.* }, late: { effect: allow, actions: disaster.alerts.issue, when: { kind: staff } } } }",
            "access: { rules: { late: { effect: allow, actions: disaster.alerts.issue, when: { kind: staff } }, all: { effect: deny, actions: disaster.* } } }"
        },
        {
            "access.unreachable", "access.rules.late",
            "access: { rules: { persons: { effect: allow, actions: climate.*, when: { kind: [resident, staff] } }, others: { effect: deny, actions: climate.*, when: { kind: [not resident, not staff] } }, late: { effect: deny, actions: climate.rules.write } } }",
            "access: { rules: { persons: { effect: allow, actions: climate.*, when: { kind: [resident, staff] } }, others: { effect: deny, actions: climate.*, when: { kind: anonymous } }, late: { effect: deny, actions: climate.rules.write } } }"
        },
        {
            "access.unknown", "access.rules.r.when.role",
            "access: { roles: { clerk: climate.* }, rules: { r: { effect: deny, actions: climate.*, when: { role: clark } } } }",
            "access: { roles: { clerk: climate.* }, rules: { r: { effect: deny, actions: climate.*, when: { role: clerk } } } }"
        },
        {
            "access.unknown", "access.rules.r.when.purpose[1]",
            "access: { purposes: [support], rules: { r: { effect: allow, actions: climate.*, when: { purpose: [support, fraud] } } } }",
            "access: { purposes: [support, fraud], rules: { r: { effect: allow, actions: climate.*, when: { purpose: [support, fraud] } } } }"
        },
        {
            "access.unknown", "access.rules.r.when.jurisdiction",
            "access: { rules: { r: { effect: deny, actions: climate.*, when: { jurisdiction: not lakes } } } }",
            "areas: { lakes: [KE, UG] }\naccess: { rules: { r: { effect: deny, actions: climate.*, when: { jurisdiction: not lakes } } } }"
        },
        {
            "access.unknown", "access.rules.r.when.resource.region",
            "regions: { east: {} }\naccess: { rules: { r: { effect: deny, actions: climate.*, when: { resource.region: west } } } }",
            "regions: { east: {} }\naccess: { rules: { r: { effect: deny, actions: climate.*, when: { resource.region: east } } } }"
        },
        {
            "access.unknown", "access.limits.l.roles",
            "access: { limits: { l: { per: subject, roles: clerk, rate: 1/s } } }",
            "access: { limits: { l: { per: subject, roles: operator, rate: 1/s } } }"
        },
        {
            "access.unknown-action", "access.rules.r.actions",
            "access: { rules: { r: { effect: deny, actions: disaster.alert.issue } } }",
            "access: { rules: { r: { effect: deny, actions: disaster.alerts.issue } } }"
        },
        {
            "access.unknown-action", "access.roles.clerk.grants",
            "services: { health: { port: 1 } }\naccess: { roles: { clerk: { grants: health.records.read } } }",
            "services: { health: { actions: records.read } }\naccess: { roles: { clerk: { grants: health.records.read } } }"
        },
        {
            "access.role-grants-nothing", "access.roles.clerk",
            "access: { roles: { clerk: { purpose: Files things } } }",
            "access: { roles: { clerk: { purpose: Files things } }, rules: { r: { effect: allow, actions: climate.*, when: { role: clerk } } } }"
        },
        {
            "access.role-grants-nothing", "access.roles.clerk.grants",
            "access: { roles: { clerk: { grants: climate.rules.write } }, rules: { r: { effect: deny, actions: climate.*, when: { kind: staff } }, p: { effect: deny, actions: climate.rules.*, when: { kind: not staff } } } }",
            "access: { roles: { clerk: { grants: climate.rules.write } }, rules: { r: { effect: deny, actions: climate.*, when: { kind: machine } } } }"
        },
        {
            "access.identity-provider", "access.identity_provider.issuer",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"http://id.example.org\" } }",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"http://127.0.0.1:8081\" } }"
        },
        {
            "access.identity-provider", "access.identity_provider.issuer",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org/?realm=kai\" } }",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org/realms/kai\" } }"
        },
        {
            "access.identity-provider", "access.identity_provider.home_claim",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", home_claim: groups, roles_claim: groups } }",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", home_claim: region, roles_claim: groups } }"
        },
        {
            "access.identity-provider", "access.identity_provider.roles_claim",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", roles_claim: scope } }",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", roles_claim: realm_access.roles } }"
        },
        {
            "access.identity-provider", "access.identity_provider.kind_claim",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", kind_claim: acr } }",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", kind_claim: type } }"
        },
        {
            "access.identity-provider", "access.identity_provider.aal3",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", aal2: [gold], aal3: [gold] } }",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", aal2: [silver], aal3: [gold] } }"
        },
        {
            "access.identity-provider", "access.identity_provider.home",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", home: west } }",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", home: east } }"
        },
        {
            "access.identity-provider", "access.identity_provider.roles.clark",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", roles: { clark: [office] } } }",
            "regions: { east: {} }\naccess: { roles: { clerk: climate.* }, identity_provider: { issuer: \"https://id.example.org\", roles: { clerk: [office], operator: ops } } }"
        },
        {
            "access.quota", "access.limits.l.quota",
            "access: { limits: { l: { per: key, rate: 100/s, quota: 50/h } } }",
            "access: { limits: { l: { per: key, rate: 100/s, quota: 5000/h } } }"
        },
        {
            "access.quota", "access.limits.l.quota",
            "access: { limits: { l: { per: key, rate: 10/min, quota: 1M/d } } }",
            "access: { limits: { l: { per: key, rate: 10/min, quota: 1000/d } } }"
        },
        {
            "access.quota", "access.limits.l",
            "access: { limits: { l: { per: key, kinds: machine } } }",
            "access: { limits: { l: { per: key, kinds: machine, quota: 1000/d } } }"
        },
        {
            "access.platform", "access.rules.r",
            "access: { rules: { r: { effect: deny, actions: \"*\", when: { assurance: below 2 } } } }",
            "access: { rules: { r: { effect: deny, actions: \"*\", when: { assurance: below 2, kind: not platform } } } }"
        },
        {
            "access.abroad", "access.rules.r",
            Two + Health + "access: { rules: { r: { effect: allow, actions: health.records.*, when: { kind: staff } } } }",
            Two + Health + "access: { rules: { r: { effect: allow, actions: health.records.*, when: { kind: staff, jurisdiction: same as resource.jurisdiction } } } }"
        },
        {
            "access.abroad", "access.roles.nurse",
            Two + Health + "access: { standard: false, roles: { nurse: { grants: health.* } } }",
            Two + Health + "access: { roles: { nurse: { grants: health.* } } }"
        },
        {
            "access.know-your-customer", "compliance.know_your_customer.stakes",
            Stakes + "access: { rules: { stake: { effect: allow, actions: votes.stakes.place, when: { kind: resident } } } }",
            Stakes + "access: { rules: { known: { effect: deny, actions: votes.stakes.place, when: { kind: not platform, amount: \"above $10,000\", verification: below 2 } }, stake: { effect: allow, actions: votes.stakes.place, when: { kind: resident } } } }"
        },
    };
}
