using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class RemovedFeatureRule() : Rule("features.removed", Severity.Error, "A feature that the stated version of a product no longer has.")
{
    /// <summary>Product, words that name the feature, the version that no longer has it, and what took its place; each from the product's own release notes.</summary>
    private static readonly (string Product, string[] Feature, int Major, int Minor, string Instead)[] Removed =
    [
        ("kubernetes", ["pod-security-policies", "pod-security-policy", "podsecuritypolicy", "psp"], 1, 25, "use Pod Security Admission, or a policy engine"),
        ("kubernetes", ["dockershim", "docker-runtime", "docker-engine-runtime"], 1, 24, "use containerd or CRI-O; images built by Docker still run"),
        ("kubernetes", ["ingress-v1beta1", "extensions-v1beta1"], 1, 22, "use networking.k8s.io/v1"),
        ("postgresql", ["recovery.conf", "recovery-conf"], 12, 0, "use standby.signal and postgresql.conf"),
        ("postgresql", ["exclusive-backup", "exclusive-backups"], 15, 0, "use non-exclusive backups (pg_backup_start)"),
        ("mongodb", ["mmapv1"], 4, 2, "use WiredTiger"),
        ("mongodb", ["master-slave-replication"], 4, 0, "use a replica set"),
        ("elasticsearch", ["mapping-types", "transport-client"], 8, 0, "use typeless APIs and the Java API client"),
        ("kafka", ["zookeeper"], 4, 0, "use KRaft"),
    ];

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        var products = new List<Product>();
        products.AddRange(blueprint.Deployment?.Orchestrator?.Engines ?? []);
        products.AddRange(blueprint.Stack.Values.SelectMany(p => p));
        var relied = new List<(Element Element, string Key, string Feature)>();
        if (blueprint.Deployment?.Orchestrator is { } orchestrator)
            relied.AddRange(orchestrator.Features.Select((f, i) => ((Element)orchestrator, $"features[{i}]", f)));
        if (blueprint.Security is { } security)
            relied.AddRange(security.Containers.Select((f, i) => ((Element)security, $"containers[{i}]", f)));
        foreach (var finding in Match(blueprint, products, relied))
            yield return finding;
        foreach (var store in blueprint.Stores.Values)
        {
            foreach (var finding in Match(blueprint, [.. store.Engines, .. products], [.. store.Features.Select((f, i) => ((Element)store, $"features[{i}]", f))]))
                yield return finding;
        }
    }

    private IEnumerable<Finding> Match(Blueprint blueprint, List<Product> products, List<(Element Element, string Key, string Feature)> relied)
    {
        foreach (var (element, key, feature) in relied)
        {
            foreach (var (name, words, major, minor, instead) in Removed)
            {
                var without = new ProductVersion(major, minor);
                if (words.Contains(feature, StringComparer.OrdinalIgnoreCase) && products.Find(p => p.Name == name && p.Version is { } v && v >= without) is { } product)
                {
                    yield return Found(blueprint, element, key, $"{feature} is relied on, but {name} has had none since {major}.{minor}, and the plan runs {product}", instead);
                    break;
                }
            }
        }
    }
}
