using System.Collections;
using System.CommandLine;
using Delivery.Cli.Configuration;

namespace Delivery.Cli.Verbs;

/// <summary>The flags of a verb that say where things are, over what file and environment say.</summary>
internal sealed class SettingFlags
{
    private readonly Option<string> _config = new("--config") { Description = "The configuration file. Default: delivery.json of the current folder, if there is one.", HelpName = "FILE" };
    private readonly List<(string Key, Option<string> Option)> _flags = [];

    /// <summary>Adds <c>--config</c> and the flags named.</summary>
    public SettingFlags(Command command, bool fastData = false, bool store = false, bool modelList = false, bool keepWeights = false, bool mirror = false, bool acknowledgements = false)
    {
        command.Options.Add(_config);
        if (fastData) Add(command, "fastData", "--fast-data", "DIR", "The fast-data folder.");
        if (store) Add(command, "store", "--store", "FILE", "The file of the training store.");
        if (mirror)
        {
            Add(command, "mirror.from", "--from", "URL", "The remote: a folder, a URL of https, http, ssh, git or file, or host:path.");
            Add(command, "fastData", "--to", "DIR", "The folder that follows it: a new one, or one that a mirror made.");
            Add(command, "mirror.branch", "--branch", "NAME", "The remote's branch. Default: main.");
            Add(command, "mirror.interval", "--interval", "TIME", "From one poll to the next. Default: 10s.");
        }
        if (acknowledgements) Add(command, "acknowledgements", "--acknowledgements", "DIR", "Where search processes say what they have in use.");
        if (modelList) Add(command, "modelList", "--model-list", "FILE", "The list of models to deliver.");
        if (keepWeights) Add(command, "history.keepWeights", "--keep-weights", "TIME", "How long weights stay hot after they were last live, such as 14d.");
    }

    /// <exception cref="ConfigurationException">There are mistakes; all of them are told.</exception>
    public DeliverySettings Read(ParseResult parse)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "");
        var flags = _flags.Where(flag => parse.GetResult(flag.Option) is not null).Select(flag => (flag.Key, parse.GetValue(flag.Option)!, flag.Option.Name));
        return SettingsReader.Read(Directory.GetCurrentDirectory(), parse.GetValue(_config), environment, flags);
    }

    private void Add(Command command, string key, string name, string value, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = value };
        command.Options.Add(option);
        _flags.Add((key, option));
    }
}
