import type { BoxArchitecture } from '../contract.ts';

/** A machine as VirtualBox shall import it. Size is Vagrant's to change. */
export interface OvfMachine {
  readonly name: string;
  readonly architecture: BoxArchitecture;
  readonly disk: { readonly file: string; readonly bytes: number };
}

/** VirtualBox's names of guest systems: they choose graphics, clock and paravirtualisation. */
const OS_TYPES: Readonly<Record<BoxArchitecture, string>> = { amd64: 'Debian_64', arm64: 'Debian_arm64' };
const MEMORY_MEBIBYTES = 1024;
const CIM = 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2';
const VMDK = 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized';

/** A machine with one processor, one SATA disk, and a paravirtual network card on NAT (OVF 1.0, DMTF DSP0243). */
export function ovf({ name, architecture, disk }: OvfMachine): string {
  return `<?xml version="1.0"?>
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="${CIM}/CIM_ResourceAllocationSettingData"
  xmlns:vssd="${CIM}/CIM_VirtualSystemSettingData" xmlns:vbox="http://www.virtualbox.org/ovf/machine">
  <References>
    <File ovf:id="file1" ovf:href="${disk.file}"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="${disk.bytes}" ovf:format="${VMDK}"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="NAT"><Description>Vagrant's own network</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${name}">
    <Info>A node</Info>
    <OperatingSystemSection ovf:id="96">
      <Info>Debian</Info>
      <Description>${OS_TYPES[architecture]}</Description>
      <vbox:OSType ovf:required="false">${OS_TYPES[architecture]}</vbox:OSType>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${name}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType>
      </System>${items([
        { ElementName: '1 virtual CPU', ResourceType: '3', VirtualQuantity: '1' },
        {
          AllocationUnits: 'MegaBytes',
          ElementName: 'Memory',
          ResourceType: '4',
          VirtualQuantity: String(MEMORY_MEBIBYTES),
        },
        { Address: '0', ElementName: 'SATA', ResourceSubType: 'AHCI', ResourceType: '20' },
        {
          AddressOnParent: '0',
          ElementName: 'Disk',
          HostResource: 'ovf:/disk/disk1',
          Parent: '3',
          ResourceType: '17',
        },
        {
          AutomaticAllocation: 'true',
          Connection: 'NAT',
          ElementName: 'Network',
          ResourceSubType: 'virtio-net',
          ResourceType: '10',
        },
      ])}
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** Hardware in order: an item's id is its place, from 1 on. Properties go in the schema's order, which is alphabetical. */
function items(list: readonly Readonly<Record<string, string>>[]): string {
  return list
    .map((item, i) => {
      const properties = Object.entries({ ...item, InstanceID: String(i + 1) })
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `\n        <rasd:${key}>${value}</rasd:${key}>`);
      return `\n      <Item>${properties.join('')}\n      </Item>`;
    })
    .join('');
}
