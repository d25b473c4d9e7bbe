namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>An element of the document, before anything is known about what it means.</summary>
internal sealed class CapElement(string name, string ns, CapElement? parent, int line)
{
    private List<CapElement>? _children;

    public string Name { get; } = name;

    public string Namespace { get; } = ns;

    public int Line { get; } = line;

    public IReadOnlyList<CapElement> Children => _children ?? (IReadOnlyList<CapElement>)[];

    /// <summary>Its text, comments and processing instructions left out.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The whole of an element of another namespace, as XML that stands on its own.</summary>
    public string? Verbatim { get; init; }

    public bool IsBlank => string.IsNullOrWhiteSpace(Text);

    /// <summary><c>alert/info[1]/area[2]/polygon</c>: numbered from 1 where the name can repeat.</summary>
    public string Path
    {
        get
        {
            if (parent is null)
                return Name;
            int before = 0, all = 0;
            foreach (var sibling in parent.Children)
            {
                if (sibling.Name != Name)
                    continue;
                all++;
                if (ReferenceEquals(sibling, this))
                    before = all;
            }

            return all > 1 || Name is "info" or "area" or "resource" ? $"{parent.Path}/{Name}[{before}]" : $"{parent.Path}/{Name}";
        }
    }

    public void Add(CapElement child) => (_children ??= []).Add(child);

    public void Append(string text) => Text = Text.Length == 0 ? text : Text + text;
}
