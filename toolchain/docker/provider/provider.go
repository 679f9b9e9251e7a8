// Package provider maps the Terraform Docker provider to the tokens of the pulumi_docker SDK, in the
// way pulumi-docker itself does it: through Pulumi's own Terraform bridge.
package provider

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

// Version is that of the pulumi_docker SDK in requirements.lock; the build sets it by -ldflags.
var Version = "0.0.0"

// Info describes the bridged provider.
func Info() tfbridge.ProviderInfo {
	return tfbridge.ProviderInfo{
		P:           sdkv2.NewProvider(shim.Provider(Version)),
		Name:        "docker",
		Version:     Version,
		DisplayName: "Docker",
		License:     "MPL-2.0",
		GitHubOrg:   "kreuzwerker",
		// mcpier relies on the classic builder.
		IgnoreMappings: []string{"docker_buildx_builder"},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_config":         resource("ServiceConfig"),
			"docker_container":      container(),
			"docker_image":          remoteImage(),
			"docker_network":        resource("Network"),
			"docker_plugin":         resource("Plugin"),
			"docker_registry_image": resource("RegistryImage"),
			"docker_secret":         resource("Secret"),
			"docker_service":        resource("Service"),
			"docker_tag":            resource("Tag"),
			"docker_volume":         resource("Volume"),
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image":                    dataSource("getRemoteImage"),
			"docker_logs":                     dataSource("getLogs"),
			"docker_network":                  dataSource("getNetwork"),
			"docker_plugin":                   dataSource("getPlugin"),
			"docker_registry_image":           dataSource("getRegistryImage"),
			"docker_registry_image_manifests": dataSource("getRegistryImageManifests"),
		},
	}
}

// container: two of one name cannot live side by side, so the old one goes first; "command" and
// "networks_advanced" keep their names, which the bridge would make plural.
func container() *tfbridge.ResourceInfo {
	info := resource("Container")
	info.DeleteBeforeReplace = true
	info.Fields = map[string]*tfbridge.SchemaInfo{
		"command":           {Name: "command"},
		"networks_advanced": {Name: "networksAdvanced"},
	}
	return info
}

// remoteImage: the image's name is the user's to give, never generated.
func remoteImage() *tfbridge.ResourceInfo {
	info := resource("RemoteImage")
	info.Fields = map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}}
	return info
}

func resource(name string) *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{Tok: tfbridge.MakeResource("docker", "index", name)}
}

func dataSource(name string) *tfbridge.DataSourceInfo {
	return &tfbridge.DataSourceInfo{Tok: tfbridge.MakeDataSource("docker", "index", name)}
}
