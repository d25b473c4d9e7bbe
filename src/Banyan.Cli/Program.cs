using System.CommandLine;

var root = new RootCommand("Runs a public platform across regions from one blueprint, and proves that it survives losing any of them.");
return root.Parse(args).Invoke();
