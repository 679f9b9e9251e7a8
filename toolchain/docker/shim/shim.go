// Package shim opens the Terraform Docker provider to our bridge: the provider sits in an internal
// package, which only a module path below its own may import.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// Provider returns the Terraform provider, built as the given version.
func Provider(version string) *schema.Provider {
	return provider.New(version)()
}
