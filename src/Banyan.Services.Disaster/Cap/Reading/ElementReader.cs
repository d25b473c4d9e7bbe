using System.Runtime.InteropServices;
using System.Xml;

namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>From bytes to elements: well-formedness, limits, and which version of CAP it is.</summary>
internal static class ElementReader
{
    private const int MaxDepth = 16;
    private const int MaxElements = 20_000;
    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = CapReader.MaxBytes,
    };

    /// <summary>The root, or null where the document can't be read or isn't CAP 1.2; the reason is then in the list.</summary>
    public static CapElement? Read(ReadOnlyMemory<byte> xml, ProblemList problems)
    {
        if (!MemoryMarshal.TryGetArray(xml, out var segment))
            segment = new ArraySegment<byte>(xml.ToArray());
        try
        {
            using var stream = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
            using var reader = XmlReader.Create(stream, Settings);
            return reader.MoveToContent() == XmlNodeType.Element ? ReadRoot(reader, problems) : NotCap(0, "an empty document", problems);
        }
        catch (XmlException e)
        {
            problems.Error("alert", e.LineNumber, Rules.Xml, $"Not well-formed XML: {e.Message.Replace('\n', ' ')} Send a whole XML document without a document type declaration.");
            return null;
        }
    }

    private static CapElement? ReadRoot(XmlReader reader, ProblemList problems)
    {
        var line = LineOf(reader);
        var version = reader.NamespaceURI switch
        {
            CapAlert.Namespace => null,
            "urn:oasis:names:tc:emergency:cap:1.1" => "CAP 1.1",
            "http://www.incident.com/cap/1.0" => "CAP 1.0",
            "" => $"'{reader.LocalName}' without a namespace",
            _ => $"'{reader.LocalName}' of namespace '{Shorten(reader.NamespaceURI)}'",
        };
        if (version?.StartsWith("CAP ", StringComparison.Ordinal) == true)
        {
            problems.Error("alert", line, Rules.Schema, $"{version}: only 1.2 is taken. Send it as CAP 1.2, namespace '{CapAlert.Namespace}'.");
            return null;
        }

        if (version is not null || reader.LocalName != "alert")
            return NotCap(line, version ?? $"'{reader.LocalName}'", problems);

        var root = ReadTree(reader, problems);
        // What follows the root must still be well-formed.
        while (reader.Read())
        {
        }

        return root;
    }

    private static CapElement? ReadTree(XmlReader reader, ProblemList problems)
    {
        var root = Open(reader, null, problems);
        var open = new Stack<CapElement>();
        open.Push(root);
        if (reader.IsEmptyElement)
            return root;
        reader.Read();
        for (var count = 1; open.Count > 0;)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (++count > MaxElements || open.Count > MaxDepth)
                    {
                        problems.Error(open.Peek().Path, LineOf(reader), "limit", $"The document has more than {MaxElements:N0} elements or is nested deeper than {MaxDepth}. Split it into several alerts.");
                        return null;
                    }

                    var parent = open.Peek();
                    if (reader.NamespaceURI != CapAlert.Namespace)
                    {
                        // ReadOuterXml moves past the element.
                        var foreign = new CapElement(reader.LocalName, reader.NamespaceURI, parent, LineOf(reader)) { Verbatim = reader.ReadOuterXml() };
                        parent.Add(foreign);
                        continue;
                    }

                    var element = Open(reader, parent, problems);
                    parent.Add(element);
                    if (!reader.IsEmptyElement)
                        open.Push(element);
                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    if (open.Count == 0)
                        return root;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    open.Peek().Append(reader.Value);
                    break;
                default:
                    break;
            }

            reader.Read();
        }

        return root;
    }

    private static CapElement Open(XmlReader reader, CapElement? parent, ProblemList problems)
    {
        var element = new CapElement(reader.LocalName, reader.NamespaceURI, parent, LineOf(reader));
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI is not ("http://www.w3.org/2000/xmlns/" or SchemaInstance))
                problems.Error(parent is null ? element.Name : $"{parent.Path}/{element.Name}", element.Line, Rules.Schema, $"CAP has no attribute '{Shorten(reader.Name)}'. Leave it out.");
        }

        reader.MoveToElement();
        return element;
    }

    private static CapElement? NotCap(int line, string what, ProblemList problems)
    {
        problems.Error("alert", line, Rules.Schema, $"The root is {what}, not a CAP alert. Send an 'alert' of namespace '{CapAlert.Namespace}'.");
        return null;
    }

    private static int LineOf(XmlReader reader) => ((IXmlLineInfo)reader).LineNumber;

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
