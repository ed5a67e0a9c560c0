using System.CommandLine;
using Delivery.Cli.Demo;

return await new RootCommand("Learned models, delivered.") { DemoCommand.Create() }.Parse(args).InvokeAsync();
